"""A build from Python: typed outcome, a reporter of one's own, silence by default; everything read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from fpgajet.files import read_json
from fpgajet.pipeline import implementations
from fpgajet.pipeline.build import run_build
from fpgajet.pipeline.build_settings import BuildSettings, command_text
from fpgajet.pipeline.outcome import Outcome
from fpgajet.verify.registry import Entry, Registry
from tests.pipeline.contexts import Remembering

SETTINGS = BuildSettings(model="npelican-n8-c2", flow="hls", max_jets=400, edge_vectors=100)
#: Functions that read or compute what stages share.
COUNTED = (
    "fpgajet.graph.load.read_model",
    "fpgajet.pipeline.context.labelled_jets",
    "fpgajet.estimate.estimate",
    "quant.checkpoint.load_model",
)


@pytest.fixture(scope="module")
def calls() -> Counter[str]:
    return Counter()


class Again(implementations.TorchModel):
    """One more implementation."""

    name = "again"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, calls: Counter[str]) -> tuple[Outcome, Remembering]:
    """A build with one more implementation, declared as any package can."""
    reporter, out = Remembering(), tmp_path_factory.mktemp("library") / "out"
    more: Registry[Any] = Registry(*implementations.IMPLEMENTATIONS)
    more.register(Entry("again", "torch again", lambda build: Again(build.trained), physics="again"))
    with pytest.MonkeyPatch.context() as patch:
        for name in COUNTED:
            module, _, function = name.rpartition(".")
            patch.setattr(name, counting(calls, function, getattr(import_module(module), function)))
        for module in ("certify", "stages", "reporting"):
            patch.setattr(f"fpgajet.pipeline.{module}.IMPLEMENTATIONS", more)
        return run_build(SETTINGS, out, reporter=reporter), reporter


def counting(calls: Counter[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*given: Any, **named: Any) -> Any:
        calls[name] += 1
        return function(*given, **named)

    return wrapper


def test_the_outcome_is_typed(built: tuple[Outcome, Remembering]) -> None:
    outcome, _ = built
    assert outcome.document == read_json(outcome.directory.root / "report.json")
    assert outcome.report.certificate is not None
    assert outcome.report.certificate.total_differences == 0
    assert outcome.report.hardware[0].lut > 0
    assert outcome.report.verdict is not None
    outcome.raise_if_failed()


def test_the_reporter_hears_every_stage_and_event(built: tuple[Outcome, Remembering]) -> None:
    outcome, reporter = built
    stages = list(read_json(outcome.directory.record)["stages"])
    assert [name for what, name in reporter.heard if what == "finished"] == stages
    assert reporter.events == outcome.report.certificate.total_events


def test_everything_is_read_once(built: tuple[Outcome, Remembering], calls: Counter[str]) -> None:
    assert calls == {"read_model": 1, "labelled_jets": 1, "estimate": 1, "load_model": 1}


def test_an_entry_of_the_registry_is_all_that_an_implementation_needs(
    built: tuple[Outcome, Remembering],
) -> None:
    outcome, _ = built
    assert outcome.report.certificate.implementations[-1] == "again"
    physics = outcome.report.physics
    assert list(physics.rows()) == ["float", "quantised", "csim", "again", "jet_mass"]
    assert physics.rows()["again"] == physics.rows()["quantised"]
    assert physics.title("again") == "torch again"


def test_the_report_quotes_a_command_that_makes_the_same_build(built: tuple[Outcome, Remembering]) -> None:
    outcome, _ = built
    expected = (
        "fpgajet build --model npelican-n8-c2 --part xcvu9p --flow hls --max-jets 400 --edge-vectors 100"
        f" --out {outcome.directory.root}"
    )
    assert outcome.report.reproducibility.command == expected
    assert command_text(BuildSettings(synth=False), None).endswith("--no-synth")


def test_a_library_says_nothing_by_default(
    built: tuple[Outcome, Remembering], capfd: pytest.CaptureFixture[str]
) -> None:
    run_build(SETTINGS, built[0].directory.root)
    assert capfd.readouterr() == ("", "")
