"""Write what params.yaml may hold: for editors, which complete and check it, and for people, as a page."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2

from passage.base import files, paths
from passage.params import Params

REFERENCE = Path("docs/parameters.md")
ENTRIES = {"models": "NAME", "score": "BATCH", "columns": "COLUMN"}  # what stands for a name of the user's own

Schema = Mapping[str, Any]
Key = tuple[str, str, str, str]  # its full name, what it may be, what it is where it is absent, and what it means


def main() -> None:
    """Write the JSON schema of params.yaml as the classes in passage.params have it, and the reference made of it."""
    schema = Params.model_json_schema()
    files.write_json(paths.PARAMS_SCHEMA, schema)
    files.write_bytes(REFERENCE, reference(schema).encode())
    print(f"wrote {paths.PARAMS_SCHEMA} and {REFERENCE}")


def reference(schema: Schema) -> str:
    """Return the page on every key of `schema`, as Markdown."""
    templates = jinja2.Environment(  # noqa: S701 (Markdown, which has nothing of a stranger's in it)
        keep_trailing_newline=True,
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return templates.get_template("parameters.md.jinja").render(sections=list(sections("", schema, schema["$defs"])))


def sections(name: str, schema: Schema, definitions: Schema) -> Iterator[tuple[str, str, list[Key]]]:
    """Yield the name ("" at the top), the meaning and the keys of the object `schema`, then of the objects below it."""
    properties = {
        f"{name}.{key}".removeprefix("."): (key, one, _below(key, one)) for key, one in schema["properties"].items()
    }
    keys = [_key(full, *of, schema, definitions) for full, of in properties.items()]
    yield name, schema["description"], keys
    for full, (_, _, below) in properties.items():
        if below is not None:
            entry, definition = below
            yield from sections(full + entry, definitions[definition], definitions)


def _below(key: str, one: Schema) -> tuple[str, str] | None:
    """Return of a key with keys of its own what to add to its name, and what they are called among the definitions."""
    entries = one.get("additionalProperties", {})
    for entry, found in (("", one), (f".{ENTRIES.get(key)}", entries)):
        if "$ref" in found:
            return entry, found["$ref"].removeprefix("#/$defs/")
    return None


def _key(full: str, key: str, one: Schema, below: tuple[str, str] | None, schema: Schema, definitions: Schema) -> Key:
    meaning = one.get("description", "")
    if below is None:
        return full, _values(one), _default(key, one, schema), meaning
    entry, definition = below
    anchor = (full + entry).lower().replace(".", "")  # what a Git host makes of the heading
    values = f"[{'entries as below' if entry else 'as below'}](#{anchor})"
    default = "needed" if key in schema.get("required", ()) else "may be left out"
    sentence = definitions[definition]["description"].partition("\n")[0]
    return full, values, default, meaning or sentence[0].lower() + sentence[1:].removesuffix(".")


def _default(key: str, one: Schema, schema: Schema) -> str:
    if key in schema.get("required", ()):
        example = f", for example {_code(one['examples'][0])}" if "examples" in one else ""
        return f"needed{example}"
    rules = [rule for rule in schema.get("allOf", ()) if key in rule["then"]["required"]]
    if rules:
        return f"needed by {', '.join(_code(rule['if']['properties']['method']['const']) for rule in rules)}"
    return "" if one.get("default") is None else _code(one["default"])


def _code(value: object) -> str:
    """Return a value as YAML has it, too."""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _values(one: Schema) -> str:
    """Return in words what a value may be."""
    match one:
        case {"anyOf": ways} | {"oneOf": ways}:
            return _or([_values(way) for way in ways if way != {"type": "null"} or "default" not in one])
        case {"enum": values}:
            return _or([_code(value) for value in values])
        case {"const": value}:
            return _code(value)
        case {"type": "array", "items": items}:
            least, most = one.get("minItems"), one.get("maxItems")
            count = f"{least} " if least == most else f"{least} or more "
            return f"a list of {count}of: {_values(items)}"
        case {"type": "string", "maxLength": most}:
            return f"text, up to {most} characters"
        case {"type": kind}:
            words = {"string": "text", "number": "number", "integer": "whole number", "boolean": "`true` or `false`"}
            return f"{words.get(kind, _code(None))}{_limits(one)}"
    raise ValueError(f"no words for {one}")


def _limits(one: Schema) -> str:
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "but below"}
    limits = "".join(f" {word} {one[limit]:,}" for limit, word in words.items() if limit in one)
    return limits.replace("above 0 but below", "between 0 and")


def _or(ways: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(ways[:-1]), ways[-1]]))
