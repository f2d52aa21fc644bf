"""One row of a verdict, which estimates make and reports show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

Status = Literal["pass", "marginal", "fail"]


@dataclass(frozen=True)
class VerdictRow:
    """One question: ``value`` (80 % range ``low`` - ``high``) must not exceed ``limit``; with ``at_least``, it must not
    be below it."""

    #: For the report, which reads rows back: an unknown key is a mistake.
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    value: float
    low: float
    high: float
    limit: float
    unit: str
    status: Status
    explanation: str = ""
    at_least: bool = False
