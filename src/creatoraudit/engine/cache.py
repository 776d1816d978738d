"""A bounded memory of what was used most recently."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Remembers what was made for a key, for so many keys; what was not used for longest leaves first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._known: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, name: K, make: Callable[[], V]) -> V:
        """What is remembered, or what is made now."""
        found = self._known.get(name)
        if found is not None:
            self._known.move_to_end(name)
            return found
        made = self._known[name] = make()
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return made
