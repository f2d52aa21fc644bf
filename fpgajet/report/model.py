"""The one report model: what ``report.json`` holds. Built from plain data, so stages can hand over files.

Every hardware figure carries the level it comes from, as listed in :data:`fpgajet.report.words.LEVELS`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fpgajet.devices import Budget
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.devices.verdict_row import VerdictRow
from fpgajet.errors import BadInput
from fpgajet.report.classifiers import ClassifierFacts, FeatureFacts, RegisterFacts
from fpgajet.report.explained import Explanation
from fpgajet.report.words import IMPLEMENTATIONS
from quant.overlap import Overlap

__all__ = [
    "SCHEMA_VERSION",
    "Boosts",
    "Certificate",
    "Curves",
    "Facts",
    "HardwareRow",
    "Metrics",
    "ModelFacts",
    "Physics",
    "Report",
    "Reproducibility",
    "SeenInTraining",
    "StageFacts",
    "VerdictFacts",
    "VerdictRow",
]

#: Raised by one when a key changes its meaning or disappears; new optional keys do not count.
SCHEMA_VERSION: Literal["1"] = "1"


def _finite(value: Any) -> Any:
    """JSON has no infinity: 1 / 0 background jets is "not measurable", null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


#: Null: not measurable.
Measured = Annotated[float | None, BeforeValidator(_finite)]
Share = Annotated[float | None, Field(ge=0, le=1), BeforeValidator(_finite)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float | None, Field(ge=0), BeforeValidator(_finite)]


class Facts(BaseModel):
    """Base of all parts: unknown keys are mistakes."""

    model_config = ConfigDict(
        extra="forbid", validate_by_name=True, validate_by_alias=True, allow_inf_nan=False
    )


class StageFacts(Facts):
    """One edge of the network: the operator that makes it, its shape and its fixed-point types."""

    stage: str
    op_type: str
    inputs: list[str]
    shape: list[int]
    type: str
    tensors: dict[str, str] = {}


class ModelFacts(Facts):
    """What was built. ``parameters``: as trained; ``parameters_absorbed``: after everything that can be
    absorbed has been. ``channels``: widths in words. ``types``: the ap_fixed type of every stage. ``collapsed``: stages
    that stand for a sum over pairs, computed in O(N) with the same bits. ``yardstick``: what a foreign file
    was compared with; ``notes``: what is not as in that file. ``features``, ``classifiers``: of runs with common
    features, what is computed once and what there is for each."""

    name: str
    architecture: str
    constituents: Annotated[int, Field(ge=1)]
    channels: str = ""
    parameters: Count
    parameters_absorbed: Count | None = None
    types: dict[str, str]
    stages: list[StageFacts] = []
    yardstick: str = ""
    notes: list[str] = []
    collapsed: list[str] = []
    features: FeatureFacts | None = None
    classifiers: list[ClassifierFacts] = []
    registers: RegisterFacts | None = None


class PairedDifference(Facts):
    """Difference of a metric between two implementations on the same jets; null: not measurable."""

    value: Measured
    error: Measured


class Regression(Facts):
    """How well an output finds a true value, of found / true over ``jets`` jets that have one.

    ``bias``: its median minus 1. ``resolution``: half the width of its central 68.3 %, over the median, both with
    one standard deviation. ``jet_bias``, ``jet_resolution``: of the jet's own value, without a network.
    """

    jets: Count
    bias: float
    bias_error: float
    resolution: float
    resolution_error: float
    jet_bias: float
    jet_resolution: float


class Metrics(Facts):
    """Physics performance of one implementation; null: not measurable.

    ``..._error``: one standard deviation from the number of jets, see ``quant.metrics.errors``. ``minus_float``:
    this implementation minus the float model, by metric, with the paired error.

    With a score for each of several classes: ``auc`` is the mean of ``auc_by_class``, each one class against the rest
    with its error; ``confusion`` counts jets of a row's class whose highest score is that of a column's;
    ``rejection_30`` is 1 / efficiency for a column's class at 0.3 for a row's, of the difference of their scores.
    ``regression``: by value that further outputs find.
    """

    accuracy: Share
    auc: Share
    inverse_background_efficiency_30: Positive
    inverse_background_efficiency_50: Positive
    tied_scores: Count = 0
    accuracy_error: Positive = None
    auc_error: Positive = None
    inverse_background_efficiency_30_error: Positive = None
    inverse_background_efficiency_50_error: Positive = None
    minus_float: dict[str, PairedDifference] = {}
    auc_by_class: dict[str, PairedDifference] = {}
    confusion: list[list[Count]] = []
    rejection_30: list[list[Positive]] = []
    regression: dict[str, Regression] = {}


class Curves(Facts):
    """For the plots: background against signal efficiency, and histograms of the score (counts).

    ``background_error``: standard deviation of the background efficiency at that signal efficiency.
    """

    signal_efficiency: list[float] = []
    background_efficiency: list[float] = []
    background_error: list[float] = []
    score_edges: list[float] = []
    score_signal: list[float] = []
    score_background: list[float] = []


class SeenInTraining(Facts):
    """Whether the model has seen these jets in training, and how many of them; null: not known, for ``reason``."""

    status: Literal["held-out", "seen", "unknown"]
    jets: int
    seen: int | None
    reason: str = ""

    def sentence(self) -> str:
        """For people."""
        return Overlap(self.status, self.jets, self.seen, self.reason).sentence()


class Physics(Facts):
    """Metrics by implementation; ``jet_mass`` is the reference that a tagger has to beat: the cross-fitted
    two-sided mass window of the constituents that the tagger sees, see ``quant.metrics.mass``. ``sample``: what the
    jets are, where their file says so.

    Every implementation of the registry that has scores of all jets may have a row under its own key; ``titles`` has
    the names of these rows for people.
    ``classes``: names of the classes, where the model has a score for each of several.
    """

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, Metrics] = Field(init=False)

    float_: Metrics | None = Field(default=None, alias="float")
    quantised: Metrics | None = None
    csim: Metrics | None = None
    jet_mass: Metrics | None = None
    jets: Count | None = None
    data: str = ""
    sample: str = ""
    seen_in_training: SeenInTraining | None = None
    warnings: list[str] = []
    curves: dict[str, Curves] = {}
    titles: dict[str, str] = {}
    classes: list[str] = []

    def rows(self) -> dict[str, Metrics]:
        """The table: what there is, the float model first, the jet mass last."""
        rows = {"float": self.float_, "quantised": self.quantised, "csim": self.csim}
        rows |= {**self.__pydantic_extra__, "jet_mass": self.jet_mass}
        return {name: row for name, row in rows.items() if row is not None}

    def title(self, name: str) -> str:
        """Name of a row for people."""
        return self.titles.get(name, IMPLEMENTATIONS.get(name, name.replace("_", " ")))


class VerdictFacts(Facts):
    """Whether it fits."""

    status: Literal["pass", "marginal", "fail"]
    budget: str = ""
    part: str = ""
    level: str = ""
    rows: list[VerdictRow] = []


class Certificate(Facts):
    """Which implementations were compared, on how many events, and how many values differed."""

    implementations: list[str]
    total_events: Count
    total_differences: Count
    distinct_scores: Count
    events_by_kind: dict[str, Count] = {}
    first_difference: dict[str, Any] | None = None
    proofs: list[dict[str, Any]] = []
    weights: dict[str, Any] = {}
    decision: dict[str, Any] = {}

    @property
    def sample(self) -> str:
        """What ``distinct_scores`` are the scores of."""
        return "real events" if "real events" in self.events_by_kind else "real jets"


class Boosts(Facts):
    """Equivariance violation: relative change of the score under boosts of speed ``beta``."""

    beta: list[float]
    median: list[float]
    quantile_90: list[float] = []
    label: str = ""


class Reproducibility(Facts):
    """Enough to do it again. ``altered``: files that were changed after the build made them."""

    command: str
    versions: dict[str, str] = {}
    hashes: dict[str, str] = {}
    seeds: dict[str, int] = {}
    stage_seconds: dict[str, float] = {}
    created: str = ""
    altered: list[str] = []


class Report(Facts):
    """Everything that one build found out."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    model: ModelFacts
    physics: Physics = Physics()
    hardware: list[HardwareRow] = []
    operators: list[HardwareRow] = []
    budget: Budget | None = None
    verdict: VerdictFacts | None = None
    certificate: Certificate | None = None
    boosts: Boosts | None = None
    explanation: Explanation | None = None
    reproducibility: Reproducibility

    @classmethod
    def build(cls, values: Mapping[str, Any]) -> Report:
        """A report from plain data.

        Raises:
            BadInput: one paragraph that names the first keys that do not fit.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors()[:5]]
            raise BadInput(
                f"this is not a report of schema version {SCHEMA_VERSION}: {'; '.join(wrong)}."
            ) from error
