"""The language as a JSON Schema, which editors check and complete scenario files with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scenarios.schema.scenario import Scenario


def json_schema() -> Mapping[str, Any]:
    """The JSON Schema (2020-12) that editors check scenario files with; shipped as scenario.schema.json.

    A file that extends another leaves out what it takes over, of an intervention that it changes too;
    ``remove: true`` takes an intervention out.
    """
    schema = _named_by_title(Scenario.model_json_schema(by_alias=True))
    kinds, properties, needed = schema["$defs"], schema["properties"], schema.pop("required")
    whole = properties["interventions"]
    changes = [kind["properties"] for kind in kinds.values() if "change" in kind.get("properties", {})]
    one_key = {
        key: [change[key] for change in changes if key in change] for change in changes for key in change
    }
    partly = {
        key: said[0] if all(s == said[0] for s in said) else {"anyOf": said} for key, said in one_key.items()
    }
    partly["remove"] = {"const": True, "description": "takes it out of what is extended"}
    kinds["ChangeOfIntervention"] = {
        "additionalProperties": False,
        "description": "What is different in one intervention of the file that is extended.",
        "properties": partly,
        "required": ["id"],
        "type": "object",
    }
    among = [{"$ref": "#/$defs/ChangeOfIntervention"}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "properties": {**properties, "interventions": {"title": whole["title"], "type": "array"}},
        "if": {"required": ["extends"]},
        "then": {
            "properties": {"interventions": {"items": {"anyOf": [whole["items"], *among]}}},
            "required": ["scenario", "name"],
        },
        "else": {"properties": {"interventions": {"items": whole["items"]}}, "required": needed},
    }


def _named_by_title(schema: dict[str, Any]) -> dict[str, Any]:
    """Types under their titles: pydantic's names of generic ones are a line long."""
    text = json.dumps(schema)
    for name, kind in schema["$defs"].items():
        if name != kind["title"]:
            text = text.replace(json.dumps(name), json.dumps(kind["title"]))
            text = text.replace(json.dumps(f"#/$defs/{name}"), json.dumps(f"#/$defs/{kind['title']}"))
    named: dict[str, Any] = json.loads(text)
    return named
