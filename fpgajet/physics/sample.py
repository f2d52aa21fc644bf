"""What a set of jets is, in the words of a plot's title, from the provenance in its file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

_ENERGY = re.compile(r"Beams:eCM\s*=\s*(\d+(?:\.\d*)?)")


def described(provenance: Mapping[str, Any]) -> str:
    """Generator, collision energy, jet algorithm and ranges; only what the file says, "" if that is nothing.

    Args:
        provenance: of :class:`quant.data.jets.Jets`; it may come from anyone, so nothing of it is relied upon.
    """
    return ", ".join(_facts(provenance))


def _facts(provenance: Mapping[str, Any]) -> Iterator[str]:
    recipe = _mapping(provenance.get("recipe"))
    selection = _mapping(recipe.get("selection"))
    if "pythia8mc" in _mapping(provenance.get("versions")):
        yield "Pythia 8"
    energy = _energy(provenance)
    if energy:
        yield f"√s = {energy / 1000:g} TeV"
    if isinstance(recipe.get("mode"), str):
        yield recipe["mode"]
    if recipe.get("mode") == "events":
        return  # selected by their objects, not by a jet
    if recipe.get("mode") == "level1-pileup":
        mean = _number(_mapping(recipe.get("pileup")).get("mean"))
        if mean is not None:
            yield f"{mean:g} interactions per crossing"
    radius = _number(selection.get("radius"))
    if radius is not None:
        yield f"{'seeded cone' if selection.get('algorithm') == 'seeded-cone' else 'anti-kT'} R = {radius:g}"
    low, high = _number(selection.get("pt_min")), _number(selection.get("pt_max"))
    if low is not None and high is not None:
        yield f"{low:g} < pT < {high:g} GeV"


def _energy(provenance: Mapping[str, Any]) -> float | None:
    """Collision energy in GeV, if all classes agree on one."""
    lines = [line for part in _mapping(provenance.get("pythia_settings")).values() for line in _list(part)]
    found = {float(match[1]) for line in lines if isinstance(line, str) and (match := _ENERGY.match(line))}
    return found.pop() if len(found) == 1 else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
