"""The JSON Schemas of the OpenAPI document, and the examples that their fields' examples add up to."""

from collections.abc import Collection, Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

Schema = dict[str, Any]

_REF = "#/components/schemas/"
_SOME_ID = "01977f0f-1d2e-7a44-b3c1-90aa5e7d6f02"


class _Generate(GenerateJsonSchema):
    """Fields need no titles, integers may have 64 bits, and what cannot be null has no such default."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - as pydantic calls it
        return False

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        return super().int_schema(schema) | {"format": "int64"}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        if "anyOf" not in described and described.get("default", ...) is None:
            del described["default"]
        return described


class Schemas:
    """The schemas of the models that judge requests and describe answers, under their names."""

    def __init__(self, judging: Iterable[type[BaseModel]], describing: Iterable[type[BaseModel]]) -> None:
        modes: dict[type[BaseModel], JsonSchemaMode] = dict.fromkeys(describing, "serialization")
        modes |= dict.fromkeys(judging, "validation")
        references, definitions = models_json_schema(
            list(modes.items()), ref_template=_REF + "{model}", schema_generator=_Generate
        )
        self._names = {model: found["$ref"].removeprefix(_REF) for (model, _), found in references.items()}
        self.components: dict[str, Schema] = definitions["$defs"]
        self._of_queries: dict[type[BaseModel], Schema] = {}

    def reference(self, model: type[BaseModel]) -> Schema:
        """Where the model's schema stands."""
        return {"$ref": _REF + self._names[model]}

    def content(self, model: type[BaseModel]) -> Schema:
        """A JSON body: its schema and an example."""
        schema = self.reference(model)
        return {"application/json": {"schema": schema, "example": self.example(schema)}}

    def parameters(self, model: type[BaseModel]) -> list[Schema]:
        """The query parameters that the model judges; the model itself is no component."""
        schema = self._taken_apart(model)
        required = schema.get("required", [])
        parameters = []
        for name, of_field in schema["properties"].items():
            described = present(of_field)
            parameter = {"name": name, "in": "query", "description": described.pop("description")}
            if name in required:
                parameter["required"] = True
            examples = described.pop("examples", None)
            parameters.append(parameter | {"schema": described} | ({"example": examples[0]} if examples else {}))
        return parameters

    def echo(self, answer: type[BaseModel], model: type[BaseModel], but: Collection[str]) -> None:
        """Makes a list's `filters` what it repeats of its query string: what was supplied, and always the sort."""
        properties = self._taken_apart(model)["properties"]
        self.components[self._names[answer]]["properties"]["filters"] = {
            "type": "object",
            "description": "The filters that were supplied, and the sort in effect.",
            "properties": {name: present(schema) for name, schema in properties.items() if name not in but},
            "required": ["order_by", "order_direction"],
        }

    def example(self, schema: Schema) -> Any:
        """An example of a schema: its own, or one made of those of its parts."""
        for word in ("examples", "enum"):
            if word in schema:
                return schema[word][0]
        match schema:
            case {"$ref": reference}:
                return self.example(self.components[reference.removeprefix(_REF)])
            case {"const": value} | {"default": value} | {"type": "integer", "minimum": value}:
                return value
            case {"type": "string", "format": "uuid"}:
                return _SOME_ID
            case {"type": "array", "items": items}:
                return [self.example(items)]
            case {"type": "object"}:
                return {name: self.example(part) for name, part in _members(schema).items()}
        raise LookupError(f"an example is needed: {schema}")

    def _taken_apart(self, model: type[BaseModel]) -> Schema:
        if model not in self._of_queries:
            self._of_queries[model] = self.components.pop(self._names[model])
        return self._of_queries[model]


def _members(schema: Schema) -> dict[str, Schema]:
    """What an example of an object shows: one value of a map, else what is required or has something to show."""
    match schema:
        case {"additionalProperties": {"$ref": _} as value}:
            return {_SOME_ID: value}
    required = schema.get("required", ())
    return {name: part for name, part in schema["properties"].items() if name in required or _says_something(part)}


def _says_something(schema: Schema) -> bool:
    return "examples" in schema or schema.get("default") is not None


def present(schema: Schema) -> Schema:
    """The schema of a field where it is there: absence is left out, not null."""
    if "anyOf" not in schema:
        return dict(schema)
    others = [one for one in schema["anyOf"] if one != {"type": "null"}]
    outside = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return (others[0] if len(others) == 1 else {"anyOf": others}) | outside
