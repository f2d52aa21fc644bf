"""Reading a search space: shipped for a family, or a TOML file of a user's own, checked before any jet is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fpgajet.devices.tables import build
from fpgajet.errors import BadInput
from fpgajet.files import read_toml
from fpgajet.search.drawing import drawn
from fpgajet.search.parameters import Params
from fpgajet.search.space import Space
from quant.models.families import family_named

SPACES = Path(__file__).with_name("spaces")
#: configurations that are tried for a value before it counts as refused
TRIED = 40


def names_of_spaces() -> list[str]:
    """Families with a space that is shipped."""
    return sorted(path.stem for path in SPACES.glob("*.toml"))


def load_space(family: str | None, file: Path | None = None) -> Space:
    """The space of a TOML file, or the one shipped for a family.

    Raises:
        BadInput: neither is given or known, an unknown key, or values that the family never accepts.
    """
    if file is None:
        shipped = names_of_spaces()
        name = family_named(family).name if family is not None else ""
        if name not in shipped:
            what = f"the family {name} has no space of its own" if name else "no family and no space is given"
            raise BadInput(f"{what}: give --family with one of {', '.join(shipped)}, or --space FILE.")
        source = SPACES / f"{name}.toml"
    else:
        source = file
    content = read_toml(source)
    if family is not None and content.setdefault("family", family) != family:
        raise BadInput(f"{source} is a space of the family {content['family']!r}, not of {family!r}.")
    space = build(Space, content, str(source))
    _check(space, source)
    return space


def _check(space: Space, source: Path) -> None:
    """Refuse names and values that the family accepts in no configuration, before any jet is read."""
    refusals = {
        (name, value): _refusal(space, (drawn(space, number, {name: value}) for number in range(TRIED)), name)
        for name, axis in space.axes.items()
        for value in axis.values
    }
    if all(refusals.values()):  # no axis is to blame alone
        raise BadInput(f"{source}: {next(iter(refusals.values()))}")
    for (name, value), refusal in refusals.items():
        if refusal:
            raise BadInput(f"{source}: {name} = {value!r} cannot be used: {refusal}")


def _refusal(space: Space, configurations: Iterator[Params], name: str) -> str:
    """Why none of the configurations with the axis can be trained; nothing if one can."""
    said = ""
    for params in configurations:
        if name not in params:
            continue
        try:
            space.settings(params)
            space.settings(params, finish=True)
        except BadInput as error:
            said = said or str(error)
        else:
            return ""
    return said or "no configuration has it, by its `when`."
