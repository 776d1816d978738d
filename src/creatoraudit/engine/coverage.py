"""Which fields of a schema are executed by plans, and how."""

from graphql import GraphQLObjectType, GraphQLSchema, is_introspection_type

from creatoraudit.engine.fields import way_of


def coverage(schema: GraphQLSchema) -> dict[str, str]:
    """How the values of each field are found, by `Type.field`; what graphql-core does begins with "graphql-core"."""
    found = {}
    for of in schema.type_map.values():
        if isinstance(of, GraphQLObjectType) and not is_introspection_type(of):
            for name, definition in of.fields.items():
                listens = of is schema.subscription_type
                how = way_of(schema, name, definition).kind.value
                found[f"{of.name}.{name}"] = "graphql-core listens, each event is planned" if listens else how
    return found
