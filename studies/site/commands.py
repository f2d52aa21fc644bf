"""The command line as a page, from the commands themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import typer

from fpgajet import cli
from fpgajet.errors import FpgajetError

PAGE = "reference/commands.md"


def commands_page() -> str:
    """Markdown: every command with its help, arguments, options and defaults; then the exit codes."""
    if not cli.app.registered_commands:
        cli._register()
    root: Any = typer.main.get_command(cli.app)
    lines = ["# Commands", "", "Written from the commands themselves; `--help` prints the same.", ""]
    for name, command in root.commands.items():
        lines += _section(f"fpgajet {name}", command, 2)
        for below, one in getattr(command, "commands", {}).items():
            lines += _section(f"fpgajet {name} {below}", one, 3)
    lines += [
        "## Exit codes",
        "",
        *_exit_codes(),
        "",
        "Signals and every code: [robustness](../robustness.md).",
    ]
    return "\n".join(lines) + "\n"


def _section(title: str, command: Any, level: int) -> Iterator[str]:
    yield f"{'#' * level} {title}"
    yield ""
    yield (command.help or "").replace("\f", "").strip()
    yield ""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([title, *(f"[{_metavar(p)}]" if not p.required else _metavar(p) for p in arguments)])
    yield f"```text\n{usage}{' [OPTIONS]' if options else ''}\n```"
    yield ""
    if arguments or options:
        yield "| argument or option | type | default | what |"
        yield "| :-- | :-- | :-- | :-- |"
        for parameter in [*arguments, *options]:
            yield _row(parameter)
        yield ""


def _metavar(parameter: Any) -> str:
    return str(parameter.name).upper() + ("..." if parameter.nargs == -1 else "")


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        names = f"`{_metavar(parameter)}`"
    else:
        names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    words = _kind(parameter.type_descriptor.annotation)
    default = "required" if parameter.required else _default(parameter.default)
    what = re.sub(r"\s+", " ", getattr(parameter, "help", None) or "").replace("|", "\\|")
    return f"| {names} | {words} | {default} | {what} |"


def _kind(annotation: Any) -> str:
    """A type in words."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " \\| ".join(str(choice.value) for choice in annotation)
    if get_origin(annotation) is Literal:
        return " \\| ".join(map(str, get_args(annotation)))
    if get_origin(annotation) in (list, tuple):
        return f"{_kind(get_args(annotation)[0])}, several"
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "switch", "Path": "path"}
    name = getattr(annotation, "__name__", str(annotation))
    return names.get(name, name)


def _default(value: Any) -> str:
    if value is None or value in ("", (), []) or "UNSET" in repr(value).upper() or callable(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"`{getattr(value, 'value', value)}`"


def _exit_codes() -> list[str]:
    rows = ["| code | kind | meaning |", "| --: | :-- | :-- |", "| 0 | | done |"]
    for kind in sorted(FpgajetError.__subclasses__(), key=lambda kind: kind.exit_code):
        rows.append(f"| {kind.exit_code} | {kind.kind} | {(kind.__doc__ or '').strip()} |")
    return rows
