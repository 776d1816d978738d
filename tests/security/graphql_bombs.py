"""Small requests that ask for much work: what each is, and how it is answered."""

import json
from typing import Any, NamedTuple

DEEP = 2_000


class Bomb(NamedTuple):
    """A request's body, and the status and the words that it is refused with; without words it is answered."""

    body: bytes
    status: int
    words: str = ""


def _query(text: str, **variables: Any) -> bytes:
    return json.dumps({"query": text, "variables": variables}).encode()


def _fragments(count: int, body: str, last: str = "id") -> str:
    """Fragments F0 to F`count` on accounts, each of which says NEXT where it uses the one after it."""
    chain = [f"fragment F{i} on Account {{ {body.replace('NEXT', f'...F{i + 1}')} }}" for i in range(count)]
    return " ".join([*chain, f"fragment F{count} on Account {{ {last} }}"])


def _accounts(selection: str, arguments: str = "first: 1") -> str:
    return f"{{ accounts({arguments}) {{ nodes {{ {selection} }} }} }}"


def _many(template: str, count: int) -> str:
    """The template so many times, with the number wherever it has an N."""
    return " ".join(template.replace("N", str(i)) for i in range(count))


_LIST = "[" * DEEP + "1" + "]" * DEEP
_OBJECT = "{a: " * DEEP + "1" + "}" * DEEP
_OBJECTS: Any = json.loads('{"a":' * 900 + "1" + "}" * 900)
_ARRAYS: Any = json.loads("[" * 900 + "1" + "]" * 900)

BOMBS = {
    # too deep
    "depth": Bomb(_query(_accounts("creator { accounts { nodes { " * 6 + "id" + " } } }" * 6)), 422, "levels"),
    "depth beyond any stack": Bomb(_query("{ a " * DEEP), 422, "levels"),
    "inline fragments beyond any stack": Bomb(_query("{ " + "... { " * 1_300), 422, "levels"),
    "a list literal beyond any stack": Bomb(_query(f"{{ nodes(ids: {_LIST}) {{ id }} }}"), 422, "levels"),
    "an object literal beyond any stack": Bomb(
        _query(f"{{ accounts(filter: {_OBJECT}) {{ totalCount }} }}"), 422, "levels"
    ),
    "a list type beyond any stack": Bomb(
        _query("query ($a: " + "[" * 1_500 + "ID" + "]" * 1_500 + ") { __typename }"), 422, "levels"
    ),
    "a deep list literal": Bomb(
        _query("{ nodes(ids: " + "[" * 150 + '"a"' + "]" * 150 + ") { id } }"), 400, "ID cannot"
    ),
    "a deep object literal": Bomb(
        _query("{ accounts(filter: " + "{q: " * 150 + '"a"' + "}" * 150 + ") { totalCount } }"), 400, "String cannot"
    ),
    "fragments in a chain": Bomb(_query(_accounts("...F0") + _fragments(450, "NEXT")), 422, "pairs"),
    # too wide
    "tokens": Bomb(_query(_accounts("id " * 4_000)), 422, "tokens"),
    "tokens by the hundred thousand": Bomb(_query(_accounts("id " * 300_000)), 422, "tokens"),
    "comments": Bomb(_query("{ __typename }" + "\n#" * 200_000), 422, "tokens"),
    "commas": Bomb(_query("{ __typename " + "," * 1_000_000 + "}"), 200),
    "white space": Bomb(_query("{ __typename " + " " * 1_000_000 + "}"), 200),
    "aliases": Bomb(_query("{ " + _many("aN: __typename", 1_000) + " }"), 422, "root fields"),
    "root fields": Bomb(_query("{ " + "accounts { totalCount } " * 500 + "}"), 422, "root fields"),
    "operations": Bomb(_query(_many("query QN { accounts(first: 200) { nodes { id } } }", 300)), 422, "tokens"),
    "operations of one name": Bomb(_query("query Q { __typename } " * 600), 400, "operationName"),
    "variables declared": Bomb(_query("query (" + _many("$vN: Int", 990) + ") { __typename }"), 400, "never used"),
    "arguments": Bomb(_query("{ accounts(" + _many("aN: 1", 1_200) + ") { totalCount } }"), 400, "Unknown argument"),
    "one argument again and again": Bomb(
        _query("{ accounts(" + "first: 1 " * 1_200 + ") { totalCount } }"), 400, "only one argument"
    ),
    "fields of an input": Bomb(
        _query("{ accounts(filter: {" + _many("aN: 1", 1_200) + "}) { totalCount } }"), 400, "unknown field"
    ),
    "directives nobody knows": Bomb(_query("{ __typename " + _many("@aN", 1_900) + " }"), 400, "Unknown directive"),
    "one directive again and again": Bomb(_query("{ __typename " + "@skip(if: false) " * 600 + "}"), 422, "tokens"),
    "directives everywhere": Bomb(_query(_accounts("id @include(if: true) " * 450)), 422, "pairs"),
    # overlapping fields, the costliest rule of validation
    "a field again and again": Bomb(_query(_accounts("id " * 3_900)), 422, "pairs"),
    "a level again and again": Bomb(_query(_accounts("creator { id } " * 900)), 422, "pairs"),
    "arguments that differ": Bomb(_query(_accounts(_many("videos(first: N) { totalCount }", 400))), 422, "pairs"),
    "levels in levels": Bomb(_query(_accounts(("creator { " + "id " * 60 + "} ") * 60)), 422, "pairs"),
    "fragments beside each other": Bomb(_query(_accounts(_many("...FN", 360)) + _fragments(359, "id")), 422, "pairs"),
    "fragments that double": Bomb(
        _query(_accounts("...F0") + _fragments(14, "creator { id } NEXT NEXT", "creator { id }")), 422, "cost"
    ),
    "fragments that double their levels": Bomb(
        _query(_accounts("...F0") + _fragments(60, "creator { accounts { nodes { NEXT } } } NEXT")), 422, "levels"
    ),
    "a cycle": Bomb(
        _query(_accounts("...A") + "fragment A on Account { ...B } fragment B on Account { ...A }"), 400, "itself"
    ),
    "cycles by the hundred": Bomb(_query(_accounts("...F0") + _fragments(100, "NEXT", "...F0")), 422, "pairs"),
    "fragments nobody uses": Bomb(_query("{ __typename }" + _many("fragment FN on Account { id }", 500)), 422, "pairs"),
    # introspection
    "introspection in circles": Bomb(
        _query("{ __schema { types " + "{ fields { type " * 4 + "{ name }" + " } }" * 4 + " } }"),
        400,
        "introspection depth",
    ),
    "introspection of types of types": Bomb(
        _query("{ __schema { types { fields { type " + "{ ofType " * 200 + "{ name }" + " }" * 200 + " } } } }"),
        422,
        "levels",
    ),
    "introspection again and again": Bomb(
        _query("{ " + _many("sN: __schema { types { name } }", 20) + " }"), 422, "cost"
    ),
    "types by their names": Bomb(
        _query("{ " + _many('tN: __type(name: "Account") { fields { name } }', 31) + " }"), 422, "root fields"
    ),
    # values
    "an integer of a million digits": Bomb(
        _query("{ accounts(first: " + "9" * 1_000_000 + ") { totalCount } }"), 400, "digits"
    ),
    "a float of a million digits": Bomb(
        _query("{ accounts(first: 1." + "9" * 1_000_000 + ") { totalCount } }"), 400, "non-integer"
    ),
    "an exponent beyond reason": Bomb(_query("{ accounts(first: 1e999999999) { totalCount } }"), 400, "non-integer"),
    "a text of a million characters": Bomb(
        _query('{ search(query: "' + "x" * 1_000_000 + '") { videos { id } } }'), 200, "128"
    ),
    "a block text of a million lines": Bomb(
        _query('{ search(query: """' + "\n " * 250_000 + '""") { videos { id } } }'), 200
    ),
    "a name of a million letters": Bomb(_query("{ " + "x" * 1_000_000 + " }"), 400, "Cannot query"),
    "an operation's name of a million letters": Bomb(_query("query " + "x" * 1_000_000 + " { __typename }"), 200),
    "a type's name of a million letters": Bomb(
        _query("{ __typename ... on " + "x" * 1_000_000 + " { id } }"), 400, "Unknown type"
    ),
    "a variable of a million characters": Bomb(
        _query("query ($q: String!) { search(query: $q) { videos { id } } }", q="x" * 1_000_000), 200, "128"
    ),
    "ids by the ten thousand": Bomb(
        _query("query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=["x" * 40] * 20_000), 422, "cost"
    ),
    "wrong ids by the ten thousand": Bomb(
        _query("query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=[{}] * 200_000), 422, "cost"
    ),
    "variables nobody declared": Bomb(_query("{ __typename }", **{f"v{i}": i for i in range(60_000)}), 200),
    "a deep variable": Bomb(
        _query("query ($f: AccountFilter) { accounts(filter: $f) { totalCount } }", f=_OBJECTS), 400, "unknown field"
    ),
    "a deep list variable": Bomb(
        _query("query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=_ARRAYS), 400, "cannot represent"
    ),
    "a deep JSON variable": Bomb(
        _query(
            'mutation ($m: JSON) { createCreator(input: {name: "x", metadata: $m}) { userErrors { message } } }',
            m=_OBJECTS,
        ),
        200,
        "must be",
    ),
    # how it is sent
    "an array of operations": Bomb(json.dumps([{"query": "{ __typename }"}] * 10_000).encode(), 400, "Batches"),
    "JSON beyond any stack": Bomb(b'{"query":' + b"[" * 500_000, 400, "nested"),
    "one key twice": Bomb(b'{"query": "{ __typename }", "query": "{ __typename }"}', 400, "twice"),
    "a key of a million letters": Bomb(b'{"query": "{ __typename }", "' + b"x" * 1_000_000 + b'": 1}', 200),
    "no query but a number": Bomb(b'{"query": 1}', 400, "string"),
}
