"""Settings from defaults, files and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fpgajet.errors import BadInput
from fpgajet.fixed import Rounding
from quant.models.npelican.hyperparameters import NPelicanSettings
from quant.training.read_settings import read_settings


@pytest.mark.parametrize("suffix", ["json", "toml"])
def test_settings_from_file_and_assignments(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"settings.{suffix}"
    text = {"json": '{"hidden": 3, "bits": {"dots": 10}}', "toml": "hidden = 3\n[bits]\ndots = 10\n"}
    file.write_text(text[suffix])
    found = read_settings(file, ["bits.weight=4", "bits.inner=HALF_EVEN", "nbar=20"], model=None)
    assert (found.hidden, found.bits.dots, found.bits.weight, found.nbar) == (3, 10, 4, 20.0)
    assert found.bits.inner is Rounding.HALF_EVEN
    assert found.bits.activation == NPelicanSettings().bits.activation


BAD: dict[str, tuple[list[str], str]] = {
    "unknown": (["hiden=3"], "setting hiden"),
    "unknown inside": (["bits.wieght=3"], r"setting bits\.wieght"),
    "no value": (["hidden"], "not of the form key=value"),
    "wrong kind": (["hidden=many"], "setting hidden"),
    "too small": (["batch=1"], "setting batch"),
    "inside a number": (["hidden.x=1"], "setting hidden"),
    "unknown form": (["input.form=polar"], "not an input form; there are momenta, "),
    "unknown number of a form": (["input.form=log", "input.pt=3"], "the input form log has no pt"),
    "number of another form": (["input.pt_bits=9"], "the input form momenta has no pt_bits"),
    "beams without momenta": (["input.form=trigger", "beams=1"], "beams need the input form momenta"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings_are_named(case: str) -> None:
    assignments, message = BAD[case]
    with pytest.raises(BadInput, match=message):
        read_settings(None, assignments)


@pytest.mark.parametrize("content", ["[1]", "{", None])
def test_bad_settings_files_are_named(content: Any, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadInput, match=r"settings\.json"):
        read_settings(file, [])


def test_a_wrong_key_within_a_group_lists_the_keys_of_the_group() -> None:
    with pytest.raises(BadInput, match=r"bits\.wieght: .*Known settings of bits: .*\bweight\b") as caught:
        read_settings(None, ["bits.wieght=4"])
    assert "float_epochs" not in str(caught.value)
    with pytest.raises(BadInput, match=r"Known settings: .*\bfloat_epochs\b"):
        read_settings(None, ["epochs=4"])
