"""What pydantic finds wrong in params.yaml, one line for each finding."""

import difflib
import json
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails, PydanticCustomError

from passage.base import paths
from passage.params import labels

# Stands in the place of a finding for the number where a word is allowed, too.
NUMBER = "(number)"


def wrong(found: object, rule: str, key: str = "") -> PydanticCustomError:
    """Return the error for `found`, at `key` below the place that is being checked."""
    # As words: pydantic would write out all of it, and aliases make of a few lines of YAML a billion values.
    told = None if found is None else _shown(found)
    return PydanticCustomError("rule", "{rule}", {"rule": rule, "found": told, "key": key})


def line(finding: ErrorDetails, settings: type[BaseModel]) -> str:
    """Return one line for one of pydantic's findings: the key's full name, what was found, what is allowed."""
    context = finding.get("ctx", {})
    location = [str(part) for part in finding["loc"] if part not in ("[key]", NUMBER)]
    key = ".".join([*location, *filter(None, [context.get("key")])])
    where = f"{paths.PARAMS}: {key}" if key else f"{paths.PARAMS}: the file"
    if finding["type"] == "invalid_key" or (
        finding["loc"][-1:] == ("[key]",) and not isinstance(finding["input"], str)
    ):
        return f"{where}: the name is not text; put it in quotes"
    match finding["type"]:
        case "missing":
            return f"{where} is missing{_what_to_write(settings, location)}"
        case "extra_forbidden":
            return f"{where} is not a known key; {_known_keys(settings, location)}"
        case "rule" if context["found"] is None:
            return f"{where} is missing; {context['rule']}"
        case "rule":
            return f"{where} is {context['found']}; {context['rule']}"
        case "too_short" if context["actual_length"] == 0:
            return f"{where} is empty; it must hold at least {_entries(context['min_length'])}"
        case "too_short":
            return f"{where} has {_entries(context['actual_length'])}; it must hold at least {context['min_length']}"
        case "too_long":
            return f"{where} has {_entries(context['actual_length'])}; it may hold {context['max_length']} at most"
        case "string_too_short":
            return f"{where} is empty; it must be a text"
        case "string_too_long":
            return f"{where} has {len(finding['input'])} characters; it may have {context['max_length']} at most"
        case "model_type" | "dict_type":
            return f"{where} is {_shown(finding['input'])}; it must be a mapping of keys to values"
        case _:
            rule = finding["msg"].removeprefix("Input") + (", or auto" if NUMBER in finding["loc"] else "")
            return f"{where} is {_shown(finding['input'])}; it{rule}"


def _entries(count: int) -> str:
    return "one entry" if count == 1 else f"{count} entries"


def _shown(value: Any) -> str:
    match value:
        case str():
            return f'"{value}"'
        case None:
            return "empty"
        case dict() | list():
            return "a mapping" if isinstance(value, dict) else "a list"
        case _:
            return labels.written(value)


def _what_to_write(settings: type[BaseModel], location: list[str]) -> str:
    """Return what a missing key is for and an example of it, where the settings have one."""
    *parents, key = location
    field = _at(settings, parents).model_fields[key]
    if not field.examples:
        return ""
    return f": {field.description}; write, for example, {key}: {json.dumps(field.examples[0])}"


def _known_keys(settings: type[BaseModel], location: list[str]) -> str:
    """Return which keys are known where an unknown one stands, the likely one first."""
    *parents, unknown = location
    known = list(_at(settings, parents).model_fields)
    spelled = {name.lower(): name for name in known}
    likely = difflib.get_close_matches(unknown.lower(), spelled, n=1)
    return (f"did you mean {spelled[likely[0]]}? " if likely else "") + f"Known are {', '.join(known)}"


def _at(settings: Any, location: list[str]) -> type[BaseModel]:
    """Return the class of the settings at `location`, down through fields and mappings."""
    for part in location:
        mapping = get_args(settings)
        settings = mapping[1] if mapping else settings.model_fields[part].annotation
    return settings  # type: ignore[no-any-return]
