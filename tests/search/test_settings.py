"""Settings of a search: what is refused, what a directory remembers, and what a search begins with."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from fpgajet.errors import BadInput
from fpgajet.search import study as stored
from fpgajet.search.claims import Claims
from fpgajet.search.command import training_command
from fpgajet.search.loading import load_space
from fpgajet.search.search_settings import claim, new_settings, read_search
from fpgajet.search.warm_starts import _of_zoo, warm_starts
from quant.training.read_settings import read_settings
from quant.zoo import HERE
from tests.quant.jets import write_labelled_jets
from tests.search.spaces import settings, started


def test_a_directory_holds_one_search(tmp_path: Path) -> None:
    first = started(tmp_path)
    assert claim(tmp_path, settings()) == first == read_search(tmp_path)
    with pytest.raises(BadInput, match=r"other settings \(sampler, seed\)"):
        started(tmp_path, seed=2, sampler="random")
    with pytest.raises(BadInput, match="holds no search"):
        read_search(tmp_path / "elsewhere")
    (tmp_path / "search.json").write_text("{}")
    with pytest.raises(BadInput, match="not written by this version"):
        read_search(tmp_path)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"objectives": "auc,luts"}, "no objective 'luts'"),
        ({"sampler": "grid"}, "no sampler 'grid'; there are tpe, nsga2, random"),
        ({"slot": "cms-p3"}, "unknown budget"),
        ({"device": "xc0"}, "xc0"),
        ({"min_auc": 1.5}, "between 0 and 1"),
        ({"clock_mhz": -1.0}, "clock"),
        ({"family": "none"}, "no architecture 'none'"),
    ],
)
def test_what_cannot_be_used(given: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        new_settings("x", tmp_path, **({"family": "npelican"} | given))
    assert message in str(caught.value)


def test_other_jets_are_another_search(tmp_path: Path) -> None:
    for name, jets in (("a", 40), ("b", 41)):
        write_labelled_jets(tmp_path / name, jets, 40, 40)
    claim(tmp_path / "out", new_settings("x", tmp_path / "a", family="npelican"))
    with pytest.raises(BadInput, match=r"other settings \(jets\)"):
        claim(tmp_path / "out", new_settings("x", tmp_path / "b", family="npelican"))


def test_a_database_holds_the_study_of_one_directory(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    study = stored.open_study(tmp_path / "one", started(tmp_path / "one"), url)
    assert study.metric_names == ["auc", "lut"]
    with pytest.raises(BadInput, match="another study 'small'"):
        stored.open_study(tmp_path / "two", started(tmp_path / "two"), url)
    secret = "postgresql://me:secret@nowhere/x"
    with pytest.raises(BadInput, match="--storage cannot be used") as caught:
        stored.open_study(tmp_path / "one", started(tmp_path / "one"), secret)
    assert "secret" not in str(caught.value)
    assert "secret" not in (tmp_path / "one" / "search.json").read_text()


def test_the_zoo_gives_the_first_configurations(tmp_path: Path) -> None:
    own = settings(space=load_space("npelican"), ii=2)
    found = warm_starts(own)
    assert {"npelican-n16-c2", "npelican-n16-c2-log", "npelican-n8-c2"} <= found.keys()
    assert "npelican-n20-c2" not in found, "more constituents than the space has"
    assert _of_zoo(own, "npelican-n16-c2-alpha") is None, "no axis reaches alpha"
    assert not any(name.startswith("vecnet") for name in found)
    assert found["npelican-n16-c2"]["grid"] == "1/16 GeV"
    assert all(params["hardware.ii"] == 2 for params in found.values())
    for name, params in found.items():
        again = own.space.settings(params)
        assert again.constituents == params["constituents"], name
        assert (HERE / name).is_dir()
    started(tmp_path, space=own.space, ii=2)
    study = stored.open_study(tmp_path, read_search(tmp_path))
    assert stored.enqueue(study, own.space, list(found.values())) == len(found)
    assert stored.enqueue(study, own.space, list(found.values())) == 0


def test_the_command_of_a_trial_gives_its_settings_again(tmp_path: Path) -> None:
    space = load_space("npelican")
    chosen = space.settings(warm_starts(settings(space=space))["npelican-n16-c2-log"])
    words = training_command(chosen, tmp_path, tmp_path / "run")
    given = [word for before, word in pairwise(words) if before == "--set"]
    assert read_settings(None, given, model="npelican") == chosen
    assert not any(word.startswith("constituents") for word in given), "the default"


def test_claims_hold_between_open_files(tmp_path: Path) -> None:
    claims = Claims(tmp_path)
    assert not claims.held(3)
    with claims.hold(3):
        assert claims.held(3)
        assert not claims.held(4)
        with pytest.raises(BlockingIOError):
            claims.hold(3)
    assert not claims.held(3)
    with claims.finishing() as alone, claims.finishing() as second:
        assert alone
        assert not second
