"""Whether metrics are those of held-out jets."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from fpgajet.errors import BadInput

Status = Literal["held-out", "seen", "unknown"]


@dataclass(frozen=True)
class Overlap:
    """Whether a model has seen the jets that it is measured on.

    Attributes:
        status: "held-out": none of them; "seen": some or all; "unknown": it cannot be known.
        jets: how many are measured. seen: how many of them were seen; None if unknown. reason: why unknown.
    """

    status: Status
    jets: int
    seen: int | None
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a report."""
        return asdict(self)

    def sentence(self) -> str:
        """For people."""
        if self.status == "unknown":
            return f"Whether the model has seen these jets in training is not known: {self.reason}."
        if self.status == "seen":
            return (
                f"SEEN IN TRAINING: {self.seen:,} of these {self.jets:,} jets are among the model's training or "
                "validation jets, so the figures flatter it."
            )
        return (
            f"Held-out: none of these {self.jets:,} jets is among the model's training and validation jets."
        )

    def require_unseen(self) -> None:
        """What ``--strict`` asks for.

        Raises:
            BadInput: jets were seen in training.
        """
        if self.status == "seen":
            raise BadInput(
                f"{self.seen:,} of the {self.jets:,} jets were seen by the model in training or validation: give "
                "other jets, or leave out --strict."
            )
