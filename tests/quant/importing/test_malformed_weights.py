"""Weights of other programs with values that nobody expects: each is one sentence about the file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fpgajet.errors import BadInput
from quant.checkpoint_schema import require_name
from quant.importing.arrays import read_arrays
from quant.importing.state_dict import EQUIVARIANT, SCORE, read_state_dict
from quant.importing.weights_header import read_header
from studies.fuzzing.later_readers import HEADER


def test_a_good_header_is_read(tmp_path: Path) -> None:
    (tmp_path / "weights.h").write_text(HEADER)
    found = read_header(tmp_path / "weights.h", nbar=None, beams=None)
    assert (found.hidden, found.nbar, found.constituents, found.weight[1].tolist()) == (
        2,
        10.0,
        8,
        [1, 2, 3, 4, 5, 6],
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("invnave = 0.1", "invnave = 1e-320"), ("invnave = 0.1", "invnave = 0"), ("invnave = 0.1", "invnave = -0.1"),
        ("invnave = 0.1", "invnave = 1e999"), ("invnave2 = 0.01", "invnave2 = 0"), ("{0.1, 1.0", "{1e999, 1.0"),
        ("b2_2to0[1] = {0}", "b2_2to0[1] = {" + "9" * 5000 + "}"), ("b2_2to0[1] = {0}", "b2_2to0[1] = {}"),
        ("b2_2to0[1] = {0}", "b2_2to0[1] = {nan}"), ("w1_2to2[2][6]", "other[2][6]"), (HEADER, ""),
        (HEADER, "w=[" * 200_000), (HEADER, "/* " * 200_000), (HEADER, "w[" * 200_000), (HEADER, "w " * 200_000),
    ],
)  # fmt: skip
def test_headers(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "weights.h").write_text(HEADER.replace(before, after))
    with pytest.raises(BadInput, match=r"weights\.h"):
        read_header(tmp_path / "weights.h", nbar=None, beams=None)


@pytest.mark.parametrize("nbar", [0.0, -1.0, float("nan"), float("inf"), 1e308, 1e-308])
def test_a_normaliser_has_a_range(tmp_path: Path, nbar: float) -> None:
    (tmp_path / "weights.h").write_text(HEADER)
    with pytest.raises(BadInput, match="Nbar is"):
        read_header(tmp_path / "weights.h", nbar=nbar, beams=None)


def state(**changes: Any) -> dict[Any, Any]:
    shapes = {f"{EQUIVARIANT}coefs": (2, 1, 6), f"{EQUIVARIANT}bias": (2,), f"{EQUIVARIANT}diag_bias": (2,),
              f"{SCORE}coefs": (2, 1, 2), f"{SCORE}bias": (1,)}  # fmt: skip
    return {name: torch.ones(shape) for name, shape in shapes.items()} | changes


def run_of(**arguments: Any) -> dict[str, Any]:
    return {"model_state": state(), "args": argparse.Namespace(**arguments)}


@pytest.mark.parametrize(
    "content",
    [
        run_of(nobj_avg="x"), run_of(nobj_avg=[1]), run_of(nobj_avg=float("nan")), run_of(add_beams=torch.ones(3)),
        run_of(activation=torch.ones(3)), run_of(activation=[]), run_of(scale=np.float64), {"model_state": 5}, [1], 3,
        None, {}, state(**{f"{EQUIVARIANT}bias": torch.tensor(1.0)}), state() | {5: torch.ones(1)} | {"6": 1},
        state(**{f"{EQUIVARIANT}bias": torch.zeros(2).to_sparse()}),
        state(**{f"{EQUIVARIANT}coefs": torch.ones(2, 1, 6, device="meta")}),
        state(**{f"{SCORE}coefs": torch.full((2, 1, 2), float("inf"))}),
    ],
)  # fmt: skip
def test_state_dicts(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "theirs.pt")
    with pytest.raises(BadInput, match=r"theirs\.pt"):
        read_state_dict(tmp_path / "theirs.pt", nbar=None, beams=None)


@pytest.mark.parametrize("content", [b"", b"abc", b"PK\x03\x04", b"\x80\x02c__builtin__\nprint\n."])
def test_what_is_no_checkpoint_of_torch(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "theirs.pt").write_bytes(content)
    with pytest.raises(BadInput, match=r"theirs\.pt") as refused:
        read_state_dict(tmp_path / "theirs.pt", nbar=None, beams=None)
    assert "weights_only` set to `False`" not in str(refused.value), (
        "torch's own advice is to unpickle everything"
    )


def port(**changes: Any) -> dict[str, Any]:
    norms = {f"bn{k}_{name}": np.ones(k) for k in (1, 2) for name in ("mean", "var", "gamma", "beta")}
    weights = {"w1": np.ones((2, 6)), "w2": np.ones((1, 4)), "b1": np.ones(2), "b1_diag": np.ones(2)}
    return weights | {"b2": np.ones(1)} | norms | changes


@pytest.mark.parametrize(
    "content",
    [
        port(w1=np.full((2, 6), np.inf)), port(w1=np.ones(())), port(w1=np.ones((0, 6))), port(w2=np.ones(0)),
        port(b2=np.ones(0)), port(bn1_var=-np.ones(1)), port(w1=np.array(["a"])), port(w1=np.ones((2, 6), complex)),
        port(pmu=np.zeros((0, 5, 4)), logit=np.zeros((0, 1))), port(pmu=np.zeros((3, 5, 3)), logit=np.zeros((3, 1))),
        {"w1_2to2": np.ones(()), "w2_2to0": np.ones((4, 1))},
    ],
)  # fmt: skip
def test_arrays(tmp_path: Path, content: dict[str, Any]) -> None:
    np.savez(tmp_path / "theirs.npz", **content)
    with pytest.raises(BadInput, match=r"theirs\.npz"):
        read_arrays(tmp_path / "theirs.npz", nbar=None, beams=None)


READERS: list[tuple[str, Callable[..., object]]] = [
    ("a.pt", read_state_dict), ("a.h", read_header), ("a.npz", read_arrays),
]  # fmt: skip


@pytest.mark.parametrize(("name", "read"), READERS)
@pytest.mark.parametrize("kind", ["/dev/zero", "missing", "directory"])
def test_what_is_no_file(tmp_path: Path, name: str, read: Callable[..., object], kind: str) -> None:
    path = Path(kind) if kind.startswith("/") else tmp_path / name
    if kind == "directory":
        path.mkdir()
    with pytest.raises(BadInput):
        read(path, nbar=None, beams=None)


@pytest.mark.parametrize("name", ["[/]", "a/b", "", "-x", "x" * 101, "\x1b[31m", "caf\u00e9", "a\n"])
def test_names_of_models(name: str) -> None:
    with pytest.raises(BadInput, match="cannot be the name of a model"):
        require_name(name)
    require_name("npelican-n16_c2.1")
