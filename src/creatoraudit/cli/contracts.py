"""`creatoraudit schema` and `creatoraudit openapi`: what clients may rely on, as the code says it."""

import typer

from creatoraudit.cli.output import print_json


def show_schema() -> None:
    """Print the GraphQL schema.

    For example:
      creatoraudit schema > schema.graphql
    """
    from creatoraudit.graphql.schema import sdl  # noqa: PLC0415 - other commands need not wait for the schema

    typer.echo(sdl(), nl=False)


def show_openapi() -> None:
    """Print the OpenAPI document of the REST API.

    For example:
      creatoraudit openapi > openapi.json
    """
    from creatoraudit.rest.routes import openapi_document  # noqa: PLC0415

    print_json(openapi_document())
