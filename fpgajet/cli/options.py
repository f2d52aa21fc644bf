"""Options of a command from the fields of a settings class: name, type and help are written once, there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic import BaseModel


def options_of(
    settings: type[BaseModel], skip: Collection[str] = (), switches: Collection[str] = ()
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Decorator that gives a command one option for each field, in place of its parameter ``given``.

    The command gets the options by name, None where one was not given: the settings class has the defaults.

    Args:
        settings: its fields' descriptions become the help.
        skip: fields that get no option.
        switches: fields of type bool that can only be switched on.
    """

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        added = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[
                    _asked(field.annotation) | None,
                    typer.Option(
                        *([f"--{_dashed(name)}"] if name in switches else []), help=field.description
                    ),
                ],
            )
            for name, field in settings.model_fields.items()
            if name not in skip
        ]
        signature = inspect.signature(command, eval_str=True)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        command.__signature__ = signature.replace(parameters=[*added, *own])  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in [*added, *own]} | {"return": int}
        return command

    return decorate


def _asked(annotation: Any) -> Any:
    """The type that the option asks for. The settings class refuses wrong words, in one paragraph with the rest."""
    if get_origin(annotation) is Literal:
        return str
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds[0] if kinds else annotation


def _dashed(name: str) -> str:
    return name.replace("_", "-")
