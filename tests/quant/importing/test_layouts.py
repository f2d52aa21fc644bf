"""Every public layout gives back the weights that were put in; what cannot be imported is refused in words."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fpgajet.errors import BadInput
from quant.importing import formula
from quant.importing.arrays import read_arrays
from quant.importing.foreign import ForeignNPelican
from quant.importing.state_dict import read_state_dict
from quant.importing.weights_header import read_header
from tests.quant.importing.layouts import arrays, random_model, state_dict, write_header
from tests.toy_jets import toy_jets

JETS = toy_jets(20, 3).constituents
ARGUMENTS = {
    "nobj": 3, "nobj_avg": 31, "add_beams": False, "beam_mass": 0.0, "batchnorm": "b", "config": "s", "config_out": "s",
    "activate_agg": False, "activate_lin": True, "activate_agg_out": False, "activate_lin_out": False,
    "factorize": False, "masked": True, "scale": 1.0, "activation": "relu", "device": torch.device("cpu"),
}  # fmt: skip


def same(found: ForeignNPelican, expected: ForeignNPelican) -> None:
    assert (found.nbar, found.beams, found.hidden) == (expected.nbar, expected.beams, expected.hidden)
    np.testing.assert_allclose(
        formula.scores(found, JETS), formula.scores(expected, JETS), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("refactored", [False, True])
@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_state_dicts(refactored: bool, norm: bool, hidden: int, tmp_path: Path) -> None:
    model = random_model(hidden, norm=norm)
    for number, prefix in enumerate(("", "module.")):
        path = tmp_path / f"{number}.pt"
        torch.save(state_dict(model, refactored=refactored, prefix=prefix), path)
        found = read_state_dict(path, nbar=None, beams=None)
        same(found, model)
        assert any("beams were assumed" in note for note in found.notes)
    same(read_state_dict(path, nbar=12.0, beams=False), replace(model, nbar=12.0, beams=False))


def test_a_training_checkpoint_says_more(tmp_path: Path) -> None:
    model = random_model(2, beams=False, alphas=True, nbar=31.0)
    arguments = argparse.Namespace(**(ARGUMENTS | {"config": "S", "config_out": "S"}))
    content = {
        "args": arguments,
        "model_state": state_dict(model),
        "epoch": 3,
        "optimizer_state": {"state": {}},
    }
    torch.save(content, tmp_path / "best.pt")
    found = read_state_dict(tmp_path / "best.pt", nbar=None, beams=None)
    same(found, model)
    assert (found.constituents, found.notes) == (3, ())


def test_quantisers_of_the_file_are_named(tmp_path: Path) -> None:
    state = state_dict(random_model(), refactored=True) | {
        "input_quant.act_quant.scaling_impl.value": torch.ones(1)
    }
    torch.save(state, tmp_path / "qat.pt")
    notes = read_state_dict(tmp_path / "qat.pt", nbar=None, beams=True).notes
    assert any("quantisers of the file are not taken over" in note for note in notes)


@pytest.mark.parametrize("keras", [False, True])
@pytest.mark.parametrize("hidden", [1, 2, 5])
def test_arrays_of_the_hgq_port(keras: bool, hidden: int, tmp_path: Path) -> None:
    model = random_model(hidden)
    np.savez(tmp_path / "a.npz", **arrays(model, keras=keras))
    found = read_arrays(tmp_path / "a.npz", nbar=None, beams=None)
    same(found, model)
    assert found.fixture is None
    full = np.concatenate([np.tile(formula.BEAMS, (20, 1, 1)), JETS], axis=1)
    np.savez(tmp_path / "b.npz", **arrays(model, keras=keras), pmu=full, logit=np.zeros((20, 1)))
    found = read_arrays(tmp_path / "b.npz", nbar=None, beams=None)
    assert found.constituents == 3
    assert found.fixture is not None
    assert found.fixture.momenta.shape == (20, 5, 4)


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_header_of_the_firmware(hidden: int, tmp_path: Path) -> None:
    model = random_model(hidden, nbar=49.0)
    write_header(tmp_path / "weights.h", model, 20)
    found = read_header(tmp_path / "weights.h", nbar=None, beams=None)
    same(found, model)
    assert found.constituents == 20


class Payload:
    """An object that would run something if it were unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.folder),))


def without(state: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key != name}


GOOD = state_dict(random_model())
WRONG: list[tuple[Any, str]] = [
    ([1, 2], "holds no state dict"),
    ({"model_state": {"weight": torch.ones(2)}}, "holds no state dict"),
    (without(GOOD, "net2to2.eq_layers.0.bias"), "lacks the tensor net2to2.eq_layers.0.bias"),
    (without(GOOD, "net2to2.eq_layers.0.diag_bias"), "lacks the tensor .*diag_bias"),
    (without(GOOD, "agg_2to0.bias"), "lacks the tensor agg_2to0.bias"),
    (without(GOOD, "msg_2to0.normlayer.running_var"), "lacks the tensor .*running_var"),
    (GOOD | {"net2to2.eq_layers.0.coefs": torch.ones(1, 2, 15)}, r"coefs has shape \[1, 2, 15\]"),
    (GOOD | {"agg_2to0.bias": torch.tensor([[float("nan")]])}, "score_bias holds NaN"),
    (GOOD | {"msg_2to0.normlayer.running_var": torch.tensor([-1.0, 1.0])}, "variance of batch norm is negative"),
    (GOOD | {"agg_2to0.bias": torch.ones(1, 1, dtype=torch.complex64)}, "no tensor of real numbers"),
    (GOOD | {"net2to2.eq_layers.0.coefs00": torch.ones(1, 6)}, "factorize = True"),
    (GOOD | {"agg_2to0.alphas.0": torch.tensor([[1.0, 2.0], [1.0, 3.0]])}, "differs from channel to channel"),
    *(
        ({"args": argparse.Namespace(**(ARGUMENTS | {key: value})), "model_state": GOOD}, f"trained with {key} = ")
        for key, value in (
            ("activation", "leakyrelu"), ("config", "M"), ("config_out", "sm"), ("activate_agg_out", True),
            ("activate_lin", False), ("factorize", True), ("masked", False), ("scale", 0.1), ("beam_mass", 1.0),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), WRONG, ids=[str(k) for k in range(len(WRONG))])
def test_other_state_dicts_are_refused(content: Any, message: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "a.pt")
    with pytest.raises(BadInput, match=message):
        read_state_dict(tmp_path / "a.pt", nbar=None, beams=None)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    torch.save(GOOD | {"scheduler": Payload(tmp_path / "ran")}, tmp_path / "a.pt")
    with pytest.raises(BadInput, match="Save the state dict alone"):
        read_state_dict(tmp_path / "a.pt", nbar=None, beams=None)
    assert not (tmp_path / "ran").exists()


Reader = Callable[..., ForeignNPelican]


@pytest.mark.parametrize("reader", [read_state_dict, read_arrays, read_header])
def test_files_that_are_none(reader: Reader, tmp_path: Path) -> None:
    def refused(path: Path, message: str) -> None:
        with pytest.raises(BadInput, match=message):
            reader(path, nbar=None, beams=None)

    refused(tmp_path / "none.npz", "does not exist")
    refused(tmp_path, "is a directory")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "is a pipe")
    rng = np.random.default_rng(0)
    for size in (0, 3, 1000):
        (tmp_path / "noise.npz").write_bytes(rng.bytes(size))
        refused(tmp_path / "noise.npz", r"noise\.npz")


def test_other_arrays_are_refused(tmp_path: Path) -> None:
    good = arrays(random_model())

    def refused(content: dict[str, Any], message: str) -> None:
        np.savez(tmp_path / "a.npz", **content)
        with pytest.raises(BadInput, match=message):
            read_arrays(tmp_path / "a.npz", nbar=None, beams=None)

    refused(without(good, "b1"), "lacks the array b1")
    refused(without(good, "bn2_var"), "lacks the array bn2_var")
    refused(good | {"w1": np.ones((2, 7))}, "weight has shape")
    refused(good | {"w2": np.ones((1, 3))}, "two per channel")
    refused(good | {"b2": np.array([np.inf])}, "score_bias holds NaN or infinite")
    refused(good | {"b1": np.array([b"a", b"b"])}, "not the weights")
    refused(good | {"pmu": np.ones((3, 2)), "logit": np.ones(3)}, "do not fit together")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"norm_t invnave": ""}, "lacks invnave"),
        ({"w1_t w1_2to2[NHIDDEN*6]": "{1, 2}"}, "not a multiple of 6"),
        ({"w1_t w1_2to2[NHIDDEN*6]": "{1, 2, 3, 4, 5, 6}"}, "weight has shape"),
        ({"bias_t b2_2to0[NOUT]": "{system(1)}"}, r"b2_2to0 must be numbers, found 'system\(1\)'"),
        ({"bias_t b2_2to0[NOUT]": "{nan}"}, "must be numbers, found 'nan'"),
        ({"bias_t b2_2to0[NOUT]": "{1e999}"}, "holds NaN or infinite"),
        ({"bias_t b2_2to0[NOUT]": "{}"}, "must be numbers, found 'nothing'"),
        ({"norm_t invnave2": "0.5"}, "not the square"),
        ({"norm_t invnave": "0", "norm_t invnave2": "0"}, "not the square"),
    ],
)
def test_other_headers_are_refused(changes: dict[str, str], message: str, tmp_path: Path) -> None:
    write_header(tmp_path / "weights.h", random_model(), **changes)
    with pytest.raises(BadInput, match=message):
        read_header(tmp_path / "weights.h", nbar=None, beams=None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no file that torch.save wrote"),
        (b"# a page of text", "no file that torch.save wrote"),
        (b"\x80\x02nonsense", "truncated, damaged or of another program"),
        (b"PK\x03\x04nonsense", "cannot be read as a PyTorch checkpoint"),
    ],
)
def test_nobody_is_told_to_unpickle_a_file(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(content)
    with pytest.raises(BadInput, match=message) as caught:
        read_state_dict(tmp_path / "a.pt", nbar=None, beams=None)
    assert "weights_only" not in str(caught.value)


def test_what_an_archive_holds_instead_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", kernel=np.ones(3), other=np.ones(2))
    with pytest.raises(BadInput, match=r"lacks the array w1_2to2 .* it holds kernel, other"):
        read_arrays(tmp_path / "a.npz", nbar=None, beams=None)
