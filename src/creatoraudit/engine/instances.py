"""Types whose objects are known by their class."""

from typing import Any


class InstancesOf:
    """An `is_type_of` by which a type's objects are the instances of a class; many are looked at together."""

    def __init__(self, of: type) -> None:
        self.of = of

    def __call__(self, value: Any, _info: Any) -> bool:
        """Whether a value is one."""
        return isinstance(value, self.of)
