"""A build from Python: typed outcome, a reporter of one's own, silence by default; everything read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from fpgajet.files import read_json, write_json
from fpgajet.pipeline import implementations, unchanged
from fpgajet.pipeline.build import run_build
from fpgajet.pipeline.build_settings import BuildSettings, command_text
from fpgajet.pipeline.outcome import Outcome
from fpgajet.pipeline.unchanged import built_before, whole_code
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
    assert "common_source" not in read_json(outcome.directory.certificate)  # the C++ is code of its own
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


def before(built: tuple[Outcome, Remembering], **other: Any) -> Outcome | None:
    """The build as one that nothing needs to be done for; ``other``: settings that differ."""
    root = built[0].directory.root
    return built_before(SETTINGS.model_copy(update=other), root, Remembering(), other.pop("command", ""))


def test_where_nothing_has_changed_the_same_is_said_and_shown(built: tuple[Outcome, Remembering]) -> None:
    outcome, reporter = built
    again = Remembering()
    found = built_before(SETTINGS, outcome.directory.root, again, "")
    assert found is not None
    assert found.report == outcome.report
    assert found.document == outcome.document
    said = [heard for heard in reporter.heard if heard[0] in ("finished", "note")]
    assert [heard for heard in again.heard if heard[0] in ("skipped", "note")] == [
        ("skipped", text) if what == "finished" else (what, text) for what, text in said
    ]


@pytest.mark.parametrize(
    "other", [{"clock_mhz": 300.0}, {"seed": 1}, {"strict": True}, {"jets": Path("other.h5")}]
)
def test_other_settings_are_another_build(built: tuple[Outcome, Remembering], other: dict[str, Any]) -> None:
    assert before(built, **other) is None
    assert before(built) is not None


@pytest.mark.parametrize(
    "name",
    [
        "report.json",
        "report.html",
        "certificate.json",
        "csim/compile.log",
        "hls/firmware/npelican_n8_c2.cpp",
        "scores.npz",
    ],
)
def test_a_changed_or_missing_result_is_found(built: tuple[Outcome, Remembering], name: str) -> None:
    path = built[0].directory.root / name
    content = path.read_bytes()
    for damage in (lambda: path.write_bytes(content + b" "), path.unlink):
        damage()
        assert before(built) is None
        path.write_bytes(content)
    assert before(built) is not None


def test_figures_of_a_vendor_tool_that_nobody_noted_are_found(built: tuple[Outcome, Remembering]) -> None:
    path = built[0].directory.synthesis
    path.write_text("{}")
    assert before(built) is None
    path.unlink()


def test_other_code_versions_tools_and_commands_are_another_build(
    built: tuple[Outcome, Remembering], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = built[0].directory.root
    assert built_before(SETTINGS, root, None, "fpgajet build --json") is None
    for name, other in (("whole_code", "0"), ("versions", {"numpy": "0"}), ("tools", {"g++": "0"})):
        with monkeypatch.context() as patch:
            patch.setattr(unchanged, name, lambda other=other: other)
            assert before(built) is None
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        assert before(built) is None


@pytest.mark.parametrize(
    "said", [None, [], {}, {"key": 1}, {"files": 3}, {"reports": []}, {"said": [[1]]}, {"said": 7}]
)
def test_a_damaged_note_counts_for_nothing(built: tuple[Outcome, Remembering], said: Any) -> None:
    record = built[0].directory.record
    content = record.read_bytes()
    whole = read_json(record)
    whole["unchanged"] = whole["unchanged"] | said if isinstance(said, dict) and said else said
    write_json(record, whole)
    assert before(built) is None
    record.write_bytes(content)


def test_any_code_of_ours_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fpgajet/report/style.css", "quant/zoo/one/model.json", "quant/a.py", "firmware/b.h"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(unchanged, "ROOT", tmp_path)
    first = whole_code()
    found = []
    for name in ("fpgajet/report/style.css", "quant/a.py", "firmware/b.h"):
        (tmp_path / name).write_text("2")
        found.append(whole_code())
        (tmp_path / name).write_text("1")
    assert len({first, *found}) == 4
    (tmp_path / "quant/zoo/one/model.json").write_text("2")  # an input, with a digest of its own
    assert whole_code() == first


def test_a_library_says_nothing_by_default(
    built: tuple[Outcome, Remembering], capfd: pytest.CaptureFixture[str]
) -> None:
    run_build(SETTINGS, built[0].directory.root)
    assert capfd.readouterr() == ("", "")
