"""Search spaces: what a file may say, what it means, and how it is refused."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.errors import BadInput
from fpgajet.search.drawing import drawn
from fpgajet.search.loading import load_space, names_of_spaces
from fpgajet.search.parameters import Parameter, at, nested
from fpgajet.search.space import Space
from tests.search.spaces import SPACE


def written(folder: Path, change: dict[str, Any]) -> Path:
    """A space as TOML, changed at dotted names behind ``/``; None removes."""
    content = copy.deepcopy(SPACE)
    for path, value in change.items():
        *groups, last = path.split("/")
        inner: Any = content
        for group in groups:
            inner = inner.setdefault(group, {})
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    lines = []
    for name, value in content.items():
        if not isinstance(value, dict):
            lines.insert(0, f"{name} = {inline(value)}")
        else:
            lines += [f"[{name}]", *(f"{json.dumps(key)} = {inline(one)}" for key, one in value.items())]
    path = folder / "space.toml"
    path.write_text("\n".join(lines))
    return path


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)


@pytest.mark.parametrize("family", names_of_spaces())
def test_a_shipped_space_draws_models_of_its_family(family: str) -> None:
    space = load_space(family)
    for seed in range(30):
        params = drawn(space, seed, {})
        found = space.settings(params)
        assert found.model == family
        assert space.values_of(found.model_dump(mode="json")) == {
            name: value for name, value in params.items() if name in space.space
        }
        assert space.settings(params, finish=True).float_epochs == space.finish["float_epochs"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"family": "none"}, "no family 'none'"),
        ({"trials": 3}, "unknown key 'trials'"),
        ({"space/hiden": {"low": 1, "high": 2}}, ": setting hiden: Extra"),
        ({"space/bits.wait": {"low": 1, "high": 2}}, ": setting bits.wait: Unexpected"),
        ({"space/hidden": {"low": 1, "high": 500}}, "hidden = 500 cannot be used"),
        ({"space/hidden": {"low": 2, "high": 1}}, "low below high"),
        ({"space/hidden": {"low": 1}}, "low and high"),
        ({"space/hidden": {"low": 1, "high": 2, "choices": [1, 2]}}, "or choices, or sets"),
        ({"space/hidden": {"low": 1, "high": 2, "step": 0.5}}, "whole number"),
        ({"space/hidden": {"low": 0, "high": 2, "log": True}}, "above 0"),
        ({"space/hidden": {"choices": [1, 1]}}, "each once"),
        ({"space/hidden": {"low": 1, "high": 2, "unit": "GeV"}}, "unknown key 'space.hidden.unit'"),
        ({"space/row_sums": {"choices": ["dots", "momenta"]}}, ""),
        ({"space/row_sums": {"choices": ["dots", "x"], "when": {"form": ["log"]}}}, "no axis further up"),
        (
            {"space/row_sums": {"choices": ["dots", "x"], "when": {"input.form": ["csv"]}}},
            "a value it never has",
        ),
        (
            {"space/row_sums": {"choices": ["dots", "x"], "when": {"input.form": ["log"]}}},
            "row_sums = 'x' cannot",
        ),
        ({"hardware/luts": {"low": 1, "high": 2}}, "no axis 'luts'"),
        ({"pruning/alike": ["bits"]}, "no axis"),
        ({"training/classes": ["g", "t"]}, "classes cannot be searched with"),
        ({"start": [{"hidden": 99}]}, "start 1: hidden = 99"),
        ({"training/float_epoch": 3}, ": setting float_epoch: Extra"),
        ({"finish/float_epochs": 0}, ": setting float_epochs: Input"),
    ],
)
def test_a_file_is_refused_in_words(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = written(tmp_path, change)
    if not message:
        load_space(None, path)
        return
    with pytest.raises(BadInput) as caught:
        load_space(None, path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_the_file_of_another_family_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="of the family 'npelican', not of 'vecnet'"):
        load_space("vecnet", written(tmp_path, {}))
    with pytest.raises(BadInput, match=r"--family with one of npelican, vecnet, or --space FILE"):
        load_space(None)
    with pytest.raises(BadInput, match="mlp has no space of its own"):
        load_space("mlp")


def test_axes_that_depend_on_others_exist_only_with_them() -> None:
    space = Space.model_validate(SPACE)
    forms = {drawn(space, seed, {})["input.form"]: "row_sums" in drawn(space, seed, {}) for seed in range(20)}
    assert forms == {"momenta": True, "log": False}
    assert drawn(space, 0, {"row_sums": "dots"})["input.form"] == "momenta"


@given(st.integers(-5, 5), st.integers(1, 9), st.integers(1, 4), st.integers(-20, 20))
def test_a_range_holds_its_steps_and_nothing_else(low: int, length: int, step: int, value: int) -> None:
    axis = Parameter(low=low, high=low + length, step=step)
    assert axis.holds(value) == (value in range(low, low + length + 1, step))
    assert not axis.holds(value + 0.5)
    assert not axis.holds(True)


def test_choices_tell_numbers_from_truth() -> None:
    axis = Parameter.model_validate({"choices": [1, 2]})
    assert axis.holds(1)
    assert not axis.holds(True)
    assert not axis.holds(1.0)


@given(st.dictionaries(st.sampled_from(["a", "b.c", "b.d", "e.f.g"]), st.integers(), min_size=1))
def test_dotted_names_are_groups(dotted: dict[str, int]) -> None:
    assert {name: at(nested(dotted), name) for name in dotted} == dotted
    assert at(nested(dotted), "b.x") is None
