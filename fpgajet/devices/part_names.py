"""The grammar of AMD part names: die, package, speed grade that exists, temperature grade.

UltraScale and later: ``xcvu9p-flga2104-2L-e``; 7 series: ``xc7vx690tffg1927-2``. Names end up in Tcl, so nothing
else is let through. Speed and temperature grades: ordering codes of DS890 (UltraScale, UltraScale+), DS180 and DS190.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SPEED_GRADES = ("1", "1H", "1HV", "1L", "1LV", "1M", "1Q", "2", "2L", "2LV", "3")
SPEED_GRADES_7 = ("1", "1L", "1M", "1Q", "2", "2L", "2G", "3")
TEMPERATURE_GRADES = "ceimq"

_PACKAGE = r"(?P<package>[a-z]{2,4}[0-9]{3,4})"


def _speeds(grades: tuple[str, ...]) -> str:
    return "|".join(sorted(grades, key=len, reverse=True))


_TEMPERATURE = f"-[{TEMPERATURE_GRADES}]"
_ULTRASCALE = re.compile(
    rf"(?P<die>x[a-z0-9]{{2,15}})-{_PACKAGE}-(?P<speed>{_speeds(SPEED_GRADES)})(?P<rest>{_TEMPERATURE}(-es[0-9])?)",
    re.IGNORECASE | re.ASCII,
)
_SERIES_7 = re.compile(
    rf"(?P<die>x[a-z]7[a-z0-9]{{2,12}}?){_PACKAGE}-(?P<speed>{_speeds(SPEED_GRADES_7)})(?P<rest>({_TEMPERATURE})?)",
    re.IGNORECASE | re.ASCII,
)
#: The short name of a die, or of a user's own part.
SHORT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class PartName:
    """A full part name, in the spelling of the vendor tools.

    Attributes: ``die``, ``package``, ``speed`` ("2L"), ``full`` (the whole).
    """

    die: str
    package: str
    speed: str
    full: str


def parse(text: str) -> PartName | None:
    """The full part name in ``text`` (case is ignored), or None if it is none."""
    match = _ULTRASCALE.fullmatch(text)
    separator = "-"
    if match is None:
        match, separator = _SERIES_7.fullmatch(text), ""
    if match is None:
        return None
    die, package, rest = (match[group].lower() for group in ("die", "package", "rest"))
    speed = match["speed"].upper()
    return PartName(die, package, speed, f"{die}{separator}{package}-{speed}{rest}")
