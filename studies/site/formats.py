"""The file formats as a page, from the models that read and write them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from fpgajet.devices.budgets import Budget
from fpgajet.devices.parts import Part
from fpgajet.pipeline.build_settings import BuildSettings
from fpgajet.report.model import Report
from quant.checkpoint_schema import CheckpointConfig
from quant.compression.compress_settings import CompressSettings
from quant.data.generation.recipe import Recipe
from quant.models.families import FAMILIES

PAGE = "reference/formats.md"


@dataclass(frozen=True)
class Format:
    """A file: who writes it, who reads it, and the model that checks it."""

    title: str
    files: str
    words: str
    model: type[BaseModel]


FORMATS = (
    Format(
        "Build settings", "TOML, `fpgajet build --config FILE`",
        "Every key is an option of `fpgajet build` too. An unknown key is an error.", BuildSettings,
    ),
    Format(
        "Budget", "TOML, `--budget FILE`",
        "`base = \"PRESET\"` starts from a preset; see [how to write one](../howto/budget.md).", Budget,
    ),
    Format(
        "Part", "TOML, `--part FILE`",
        "`base = \"PART\"` starts from a known part; see [how to write one](../howto/part.md).", Part,
    ),
    Format(
        "Recipe of jets", "TOML or JSON, `fpgajet data generate --config FILE`",
        "See [the recipe file](../data.md#the-recipe-file).", Recipe,
    ),
    *(
        Format(
            f"Training settings: {name}", f"TOML or JSON, `fpgajet train --model {name} --config FILE`",
            "Every key can be given as `--set KEY=VALUE`; a dot reaches inside.", family.settings,
        )
        for name, family in FAMILIES.items()
    ),
    Format(
        "Compression settings", "TOML or JSON, `fpgajet compress`", "See [compress](../compress.md).", CompressSettings
    ),
    Format(
        "Checkpoint", "`model.json` beside `weights.safetensors`",
        "Written by `fpgajet train`, `compress` and `import`; nothing in it is ever unpickled. The part under `model` "
        "depends on the architecture.", CheckpointConfig,
    ),
    *(
        Format(
            f"Checkpoint: {name}", "`model.json`, the part under `model`", "", family.description
        )
        for name, family in FAMILIES.items()
    ),
    Format(
        "Report", "`report.json` of a build",
        "The same as [JSON Schema](../report.schema.json); [the report](../report.md) says what the figures mean.",
        Report,
    ),
)  # fmt: skip


def formats_page() -> str:
    """Markdown: every format with its keys, their types and defaults."""
    lines = [
        "# File formats", "",
        "Written from the code that checks these files. Jets have [a page of their own](../data.md#the-jet-file); "
        "the certificate is described in [exactness](../exactness.md#what-is-compared-and-what-is-proved).", "",
    ]  # fmt: skip
    for format_ in FORMATS:
        lines += [f"## {format_.title}", "", f"{format_.files}. {format_.words}".strip(), ""]
        schema = format_.model.model_json_schema(by_alias=True, mode="serialization")
        lines += _table(schema)
        for name, below in sorted(schema.get("$defs", {}).items()):
            if "properties" in below:
                lines += [f"### {format_.title}: {name}", ""]
                if below.get("description"):
                    lines += [inspect.cleandoc(below["description"]), ""]
                lines += _table(below)
    return "\n".join(lines) + "\n"


def _table(schema: dict[str, Any]) -> Iterator[str]:
    yield "| key | type | default | meaning |"
    yield "| :-- | :-- | :-- | :-- |"
    required = set(schema.get("required", ()))
    for key, field in schema.get("properties", {}).items():
        missing = "required" if key in required else ""
        default = _value(field["default"]) if "default" in field else missing
        yield f"| `{key}` | {_kind(field)} | {default} | {_cell(field.get('description', ''))} |"
    yield ""


def _value(value: Any) -> str:
    if value is None:
        return "none"
    text = str(value)
    return f"`{text}`" if len(text) <= 40 else "see below"


def _kind(field: dict[str, Any]) -> str:
    """The type of a key in words."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "enum" in field or "const" in field:
        return " \\| ".join(f"`{choice}`" for choice in field.get("enum") or [field["const"]])
    if "anyOf" in field or "oneOf" in field:
        choices = field.get("anyOf") or field["oneOf"]
        return " or ".join(_kind(choice) for choice in choices)
    kind = field.get("type", "any")
    if kind in ("array", "object"):
        inside = field.get("items" if kind == "array" else "additionalProperties")
        name = {"array": "list", "object": "table"}[kind]
        return f"{name} of {_kind(inside)}" if isinstance(inside, dict) and inside else name
    return _bounded({"null": "none"}.get(kind, kind), field)


def _bounded(kind: str, field: dict[str, Any]) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {field[name]:g}" for name, sign in signs.items() if name in field]
    return f"{kind} {', '.join(bounds)}".strip()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
