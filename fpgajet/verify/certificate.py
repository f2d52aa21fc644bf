"""The certificate: every implementation against the integer reference, every stage, every event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.verify.boundaries import BoundaryCounter, unreached

REFERENCE = "integer reference"
CHUNK = 1000
#: The bit beside the score, as a stage of those implementations that have it: 1.0 or 0.0.
DECISION = "decision"


class Implementation(Protocol):
    """Anything that computes the stages of a network; see :mod:`fpgajet.verify.registry`."""

    @property
    def name(self) -> str:
        """Name in the certificate."""

    def stages(self, jets: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        """Every stage by name, or the score alone, [jets, ...], from jets before the input quantiser."""


@dataclass(frozen=True)
class Difference:
    """The first place where an implementation leaves the reference, in the order of the network."""

    implementation: str
    kind: str
    event: int
    stage: str
    element: list[int]
    expected: float
    found: float


@dataclass
class Certificate:
    """What was compared, and what came out.

    Attributes:
        boundary_hits: by requantiser, values on a rounding boundary.
        saturated: by requantiser, values that were clipped at either end.
        corners: by requantiser, table and intermediate, values at each of its corners; clips at the top and at the
            bottom apart (:mod:`fpgajet.verify.boundaries`).
        decision: the threshold as an integer of the score's type, and the number of decisions compared by
            implementation; empty where no decision was built.
        unreached: corners that interval analysis cannot exclude and no event has reached.
        scores: those of the real jets, by implementation, [jets] or [jets, scores].
        weights: of weights in registers, how many sets were compared on how many events, and differing scores by
            implementation; empty without registers.
        common_source: what all implementations come from, where none of them is code of its own; empty otherwise.
    """

    implementations: list[str]
    events: dict[str, int] = field(default_factory=dict)
    values_compared: int = 0
    differences: dict[str, int] = field(default_factory=dict)
    first_differences: list[Difference] = field(default_factory=list)
    distinct_scores: int = 0
    boundary_hits: dict[str, int] = field(default_factory=dict)
    saturated: dict[str, int] = field(default_factory=dict)
    corners: dict[str, dict[str, int]] = field(default_factory=dict)
    unreached: list[str] = field(default_factory=list)
    decision: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    common_source: str = ""
    weights: dict[str, Any] = field(default_factory=dict)

    @property
    def total_events(self) -> int:
        """Events of all kinds."""
        return sum(self.events.values())

    @property
    def total_differences(self) -> int:
        """Differing values over all implementations and stages."""
        return sum(self.differences.values())

    def document(self) -> dict[str, Any]:
        """The content of ``certificate.json``."""
        content = asdict(self)
        content.pop("scores")
        for optional in ("decision", "common_source", "weights"):
            if not content[optional]:
                del content[optional]
        return {
            "schema_version": 1,
            "reference": REFERENCE,
            "clean": self.total_differences == 0,
            "total_events": self.total_events,
            "total_differences": self.total_differences,
        } | content


def certify(
    network: Network,
    implementations: Sequence[Implementation],
    events: Mapping[str, NDArray[np.float32]],
    *,
    score_kind: str,
    progress: Callable[[int], None] = lambda done: None,
    threshold: int | None = None,
) -> Certificate:
    """Compare every implementation with the integer reference on every stage of every event.

    Args:
        network: the definition.
        implementations: what to compare with it.
        events: jets by kind, features of the input form, float32 [n, N, F].
        score_kind: the kind (real jets) whose scores are kept and counted.
        progress: called with the number of events done since the last call.
        threshold: the decision is score >= threshold, as integers; implementations may show it as one more stage.
    """
    names = [REFERENCE, *(i.name for i in implementations)]
    result = Certificate(names, differences={i.name: 0 for i in implementations})
    if threshold is not None:
        result.decision = {"threshold": threshold, "compared": {}}
    scores: dict[str, list[NDArray[np.float64]]] = {name: [] for name in names}
    counter = BoundaryCounter(network)
    # Numpy, torch, onnxruntime and compiled code release the interpreter's lock: one thread per implementation.
    with ThreadPoolExecutor(max_workers=len(implementations) or 1) as pool:
        for kind, jets in events.items():
            result.events[kind] = len(jets)
            for start in range(0, len(jets), CHUNK):
                chunk = np.ascontiguousarray(jets[start : start + CHUNK], dtype=np.float32)
                running = {i.name: pool.submit(i.stages, chunk) for i in implementations}
                expected = _reference(network, counter, chunk)
                if threshold is not None:
                    precision = network.output.operator.output
                    score = from_real(expected[network.output.name], precision)
                    expected[DECISION] = (score >= threshold).astype(np.float64).reshape(len(chunk), 1)
                found = {name: stages.result() for name, stages in running.items()}
                for implementation in implementations:
                    name = implementation.name
                    _compare(result, name, kind, start, _shown(implementation, expected), found[name])
                if kind == score_kind:
                    for name, stages in {REFERENCE: expected, **found}.items():
                        scores[name].append(_scores(stages[network.output.name]))
                progress(len(chunk))
    result.scores = {name: np.concatenate(parts) for name, parts in scores.items() if parts}
    result.distinct_scores = len(np.unique(result.scores[REFERENCE], axis=0)) if result.scores else 0
    result.boundary_hits, result.saturated = dict(counter.ties), dict(counter.saturated)
    result.corners = {place: dict(counts) for place, counts in counter.corners.items()}
    result.unreached = unreached(network, counter)
    return result


def _shown(
    implementation: Implementation, expected: dict[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.float64]]:
    """Without the stages that an implementation says it has no tensor for; the score is never one of them."""
    hidden: frozenset[str] = getattr(implementation, "hidden", frozenset())
    return {stage: values for stage, values in expected.items() if stage not in hidden}


def _scores(values: NDArray[Any]) -> NDArray[np.float64]:
    """[jets] of a single score, [jets, scores] of several."""
    flat = np.asarray(values, np.float64).reshape(len(values), -1)
    return flat[:, 0] if flat.shape[1] == 1 else flat


def _reference(
    network: Network, counter: BoundaryCounter, jets: NDArray[np.float32]
) -> dict[str, NDArray[np.float64]]:
    """Every stage of the definition as real numbers; the counter sees what the requantisers meet."""
    precision = network.input_type
    stages = network.reference(FixedArray(from_real(jets, precision), precision.fraction), counter)
    return {node.name: stages[node.name].real for node in network.nodes}


def _compare(
    result: Certificate,
    name: str,
    kind: str,
    start: int,
    expected: Mapping[str, NDArray[np.float64]],
    found: Mapping[str, NDArray[Any]],
) -> None:
    """Count differing values; remember the first one of each implementation."""
    known = {d.implementation for d in result.first_differences}
    stages = [stage for stage in expected if stage != DECISION]
    shown = (found.keys() & expected.keys()) - {DECISION}
    if shown != set(stages) and shown != {stages[-1]}:
        raise ValueError(f"{name} shows {sorted(found)}: neither every stage nor the score alone")
    for stage, values in expected.items():
        if stage not in found:
            continue
        result.values_compared += values.size
        if stage == DECISION:
            counts = result.decision["compared"]
            counts[name] = counts.get(name, 0) + len(values)
        # Not-a-number compares as different, and a missing stage or a wrong shape must not pass.
        wrong = ~(np.asarray(found[stage], np.float64) == values)
        if wrong.shape != values.shape:
            raise ValueError(f"{name}: stage {stage} has shape {wrong.shape}, not {values.shape}")
        count = int(wrong.sum())
        if not count:
            continue
        result.differences[name] += count
        if name not in known:
            known.add(name)
            position = [int(k) for k in np.argwhere(wrong)[0]]
            where = tuple(position)
            result.first_differences.append(
                Difference(
                    name,
                    kind,
                    start + position[0],
                    stage,
                    position[1:],
                    float(values[where]),
                    float(np.asarray(found[stage], np.float64)[where]),
                )
            )
