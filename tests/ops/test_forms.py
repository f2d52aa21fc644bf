"""Input forms: integers that float32 carries, the momenta they stand for, and refusals."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real, to_real
from fpgajet.ops.forms import (
    FORMS,
    MOMENTA,
    InputForm,
    JetFeatures,
    Log,
    Momenta,
    Objects,
    Puppi,
    Trigger,
    form_from_json,
)
from tests.networks import random_jets


def jet(*constituents: tuple[float, float, float]) -> np.ndarray:
    """One jet of massless constituents (pT, eta, phi), with an empty slot at the end."""
    pt, eta, phi = np.array(constituents).T
    p = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], -1)
    return np.concatenate([p, np.zeros((1, 4))])[None]


def test_momenta_pass_unchanged() -> None:
    jets = random_jets(20)
    np.testing.assert_array_equal(MOMENTA.features(jets), jets)
    assert MOMENTA.features(jets.astype(np.float64)).dtype == np.float32


def test_trigger_integers() -> None:
    form = Trigger(pt_lsb=0.25, pt_bits=10, angle_steps=720, angle_bits=9)
    step = math.pi / 720
    # The axis is that of the hard one, to a small part of a step; phi wraps around at pi.
    x = form.features(jet((200, 0.5, math.pi - 2 * step), (0.01, 0.5 + 7 * step, -math.pi + 3 * step)))[0]
    assert x.dtype == np.float32
    assert x[0].tolist() == [800, 0, 0]
    assert x[1].tolist() == [1, 7, 5]  # a real constituent is never 0
    assert x[2].tolist() == [0, 0, 0]


def test_numbers_saturate() -> None:
    form = Trigger(pt_lsb=0.25, pt_bits=8, angle_steps=720, angle_bits=6)
    x = form.features(jet((500, 0, 0), (1, 3, 3), (1, -3, -3)))[0]
    assert x[0, 0] == 255
    assert x[1, 1:].tolist() == [31, 31]
    assert x[2, 1:].tolist() == [-32, -32]


def test_logarithm() -> None:
    form = Log(pt_lsb=0.25, pt_bits=6, steps=4)
    x = form.features(jet((64, 0, 0), (0.25 * 2**0.25, 0, 0), (0.001, 0, 0), (1e6, 0, 0)))[0]
    assert x[:, 0].tolist() == [32, 1, 1, 63, 0]


@pytest.mark.parametrize("form", [Trigger(angle_bits=12), Log(steps=32, pt_bits=12, angle_bits=12)])
def test_momenta_of_features_are_those_given_to_a_step(form: InputForm) -> None:
    jets = random_jets(200, narrow=True)
    features = form.features(jets)
    assert (features == np.rint(features)).all()
    kind = form.input_type
    assert kind is not None
    assert features.min() >= kind.lowest
    assert features.max() <= kind.highest
    np.testing.assert_array_equal(features[..., 0] != 0, jets[..., 0] != 0)
    found = form.momenta(features)
    np.testing.assert_array_equal(form.numbers(found.astype(np.float32)), features)
    pt = [np.hypot(p[..., 1], p[..., 2]) for p in (jets, found)]
    np.testing.assert_allclose(*pt, rtol=0.015, atol=0.13)
    mass2 = found[..., 0] ** 2 - (found[..., 1:] ** 2).sum(-1)
    assert np.abs(mass2).max() < 1e-6
    metric = np.array([1, -1, -1, -1])
    dots = [np.einsum("bim,m,bjm->bij", p.astype(float), metric, p) for p in (jets, found)]
    large = dots[0] > 200
    np.testing.assert_allclose(dots[1][large], dots[0][large], rtol=0.08)


def test_features_of_jets_are_their_definitions() -> None:
    """Against the sums written out, for jets of 0, 1, 2 and more constituents."""
    jets = random_jets(40, narrow=True)
    form = JetFeatures(jets.shape[1] - 1)
    found = form.features(jets)
    assert found.shape == (40, 1, 8)
    assert found.dtype == np.float32
    for p, row in zip(jets[:, :-1].astype(float), found[:, 0], strict=True):
        pt = np.hypot(p[:, 1], p[:, 2])
        n = int((pt > 0).sum())
        assert row[0] == n
        if n < 3:
            continue
        pt, total = pt[:n], p.sum(0)
        z, eta, phi = pt / pt.sum(), np.arcsinh(p[:n, 3] / pt), np.arctan2(p[:n, 2], p[:n, 1])
        mass = math.sqrt(max(total[0] ** 2 - (total[1:] ** 2).sum(), 0.0))
        r = np.array([[math.hypot(a - c, math.remainder(b - d, math.tau)) for c, d in zip(eta, phi, strict=True)]
                      for a, b in zip(eta, phi, strict=True)])  # fmt: skip
        e2 = sum(z[i] * z[j] * r[i, j] for j in range(n) for i in range(j))
        e3 = sum(
            z[i] * z[j] * z[k] * r[i, j] * r[j, k] * r[i, k]
            for k in range(n)
            for j in range(k)
            for i in range(j)
        )
        wanted = [
            16 * math.log2(pt.sum()), 16 * math.log2(1 + mass), row[3], 256 * math.sqrt((z**2).sum()),
            256 * z.max(), 16 * math.log2(e2), 16 * math.log2(e3 / e2**3),
        ]  # fmt: skip
        np.testing.assert_allclose(row[1:], np.clip(wanted, -512, 511), atol=0.51)
    assert (found[jets[:, :-1, 0].any(1) == 0] == 0).all()
    assert form_from_json(form.to_json()) == form
    with pytest.raises(BadInput, match="do not say"):
        form.momenta(found)


def test_objects_of_an_event() -> None:
    form = Objects(decade_steps=10, angle_steps=32)
    step = math.pi / 32
    lepton = [100 * math.cosh(0.5), 100.0, 0.0, 100 * math.sinh(0.5), 1.0]
    missing = [31.7, 0.0, 31.7, 0.0, 2.0]
    pt, eta, mass = 250.0, -1.2, 10.0
    jet_energy = math.hypot(pt * math.cosh(eta), mass)
    b = [jet_energy, -pt, -1e-3, pt * math.sinh(eta), 3.0]
    soft = [0.2, 0.2, 0.0, 0.0, 4.0]
    x = form.features(np.array([[lepton, missing, b, soft, [0.0] * 5]]))[0]
    assert x.dtype == np.float32
    assert (64 * x).tolist() == [
        [21, round(0.5 / step), 0, 0, 64, 0, 0, 0],
        [16, 0, 16, 0, 0, 64, 0, 0],
        [25, round(-1.2 / step), -32, 21, 0, 0, 64, 0],
        [1, 0, 0, 0, 0, 0, 0, 64],  # a real object is never 0
        [0] * 8,
    ]
    np.testing.assert_array_equal(form.features(form.momenta(x[None]))[0], x)
    np.testing.assert_array_equal(form.numbers(form.seen(form.momenta(x[None])))[0], x)
    assert form_from_json(form.to_json()) == form
    far = form.features(np.array([[[1e6, 10.0, 0.0, 1e6, 4.0]]]))[0, 0]
    assert 64 * far[1] == 124  # eta = 12.2
    with pytest.raises(ValueError, match="no d_ij"):
        form.dots(None)  # type: ignore[arg-type]
    for wrong in ({"decade_steps": 0}, {"angle_steps": 128}, {"pt_min": 0.0}, {"mass_min": math.inf}):
        with pytest.raises(ValueError, match=r"steps|GeV"):
            Objects(**wrong)


def test_words_do_not_follow_from_momenta() -> None:
    with pytest.raises(ValueError, match="do not follow"):
        Puppi().numbers(random_jets(3))


def test_json_round_trip_and_defaults() -> None:
    for form in (Momenta(), Trigger(pt_bits=8), Log(steps=6)):
        assert form_from_json(json.loads(json.dumps(form.to_json()))) == form
    assert form_from_json({"form": "trigger", "pt_lsb": 1}) == Trigger(pt_lsb=1.0)
    assert set(FORMS) >= {"momenta", "trigger", "log"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"form": "polar"}, "not an input form; there are momenta, "),
        ({}, "None is not an input form"),
        ({"form": "trigger", "steps": 4}, "has no steps"),
        ({"form": "trigger", "pt_bits": 8.5}, "pt_bits of the input form trigger is a number"),
        ({"form": "trigger", "pt_bits": True}, "pt_bits of the input form trigger is a number"),
        ({"form": "trigger", "pt_lsb": 0}, "positive"),
        ({"form": "log", "angle_bits": 17}, "angles have 2 to 16"),
        ({"form": "log", "steps": 0}, "1 to 64 steps"),
    ],
)
def test_what_is_no_form_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        form_from_json(given)


def test_features_of_constituents_are_further_columns() -> None:
    given = {"form": "log", "pt_bits": 6, "features": {"charge": "ap_fixed<2,2>", "weight": "ap_ufixed<9,1>"}}
    form = form_from_json(given)
    assert form_from_json(json.loads(json.dumps(form.to_json()))) == form
    assert (form.columns, form.feature_names, form.bits) == (5, ("charge", "weight"), 6 + 2 * 9 + 11)
    assert form.input_type == Log(pt_bits=9).input_type
    assert [name for name, _ in form.labels] == ["log_pt", "eta", "phi", "charge", "weight"]
    jets = jet((200, 0.5, 0.1), (20, 0.6, 0.2))
    values = np.array([[[-1, 0.75], [5, 0.0019], [0, 0]]])
    x = form.features(np.concatenate([jets, values], -1))
    np.testing.assert_array_equal(x[..., :3], Log(pt_bits=6).features(jets))
    # Rounded, saturated and shifted up to the ten bits of the widest one.
    np.testing.assert_array_equal(x[0, :, 3:], [[-256, 192], [256, 0], [0, 0]])
    assert dict(form.labels)["charge"] == "0.00390625"
    seen = form.seen(np.concatenate([jets, values], -1))
    np.testing.assert_array_equal(seen[0, :, 4:], [[-1, 0.75], [1, 0], [0, 0]])
    np.testing.assert_array_equal(form.numbers(seen)[..., 3:], x[..., 3:])
    with pytest.raises(
        BadInput, match="charge, weight: 6 numbers for each constituent, and these jets have 4"
    ):
        form.features(jets)
    assert "features" not in Log().to_json()


@pytest.mark.parametrize("name", ["momenta", "aligned"])
def test_features_behind_four_momenta(name: str) -> None:
    given = {
        "form": name,
        "features": {"charge": "ap_fixed<2,2>", "z0": "ap_fixed<7,5>", "id": "ap_ufixed<3,3>"},
    }
    form = form_from_json(given)
    assert isinstance(form, Momenta)
    assert form_from_json(json.loads(json.dumps(form.to_json()))) == form
    assert (form.columns, form.feature_names, form.input_type) == (7, ("charge", "z0", "id"), None)
    assert [label for label, _ in form.labels] == ["energy", "px", "py", "pz", "charge", "z0", "id"]
    jets = jet((200, 0.5, 0.1), (20, 0.6, 0.2))
    values = np.array([[[-1, 3.3, 5], [1, -40, 7], [1, 1, 1]]])
    x = form.features(np.concatenate([jets, values], -1))
    assert x.dtype == np.float32
    plain = form_from_json({"form": name}).features(jets)
    np.testing.assert_array_equal(x[..., :4], plain)
    # Rounded, saturated and shifted to +-16; zero in the empty slot.
    np.testing.assert_array_equal(x[0, :, 4:], [[-8, 3.25, 10], [8, -16, 14], [0, 0, 0]])
    kind = form.feature_type
    np.testing.assert_array_equal(to_real(from_real(x[..., 4:], kind), kind.fraction), x[..., 4:])
    seen = form.seen(np.concatenate([jets, values], -1))
    np.testing.assert_array_equal(seen[0, :, 4:], [[-1, 3.25, 5], [1, -16, 7], [0, 0, 0]])
    np.testing.assert_array_equal(form.numbers(seen), x)
    with pytest.raises(
        BadInput, match="charge, z0, id: 7 numbers for each constituent, and these jets have 4"
    ):
        form.features(jets)


@pytest.mark.parametrize(
    ("form", "features", "message"),
    [
        (
            "puppi",
            {"charge": "ap_fixed<2,2>"},
            "takes no features of constituents beside momenta; momenta, aligned, trigger, log do",
        ),
        ("log", {}, "1 to 16 names"),
        ("log", {"No Name": "ap_fixed<2,2>"}, "small letters"),
        ("log", {"charge": "ap_fixed<17,2>"}, "1 to 16 bits"),
        ("log", {"charge": 3}, "has an ap_fixed type"),
        ("aligned", {"px": "ap_fixed<4,4>"}, "px: a number of the momentum has that name"),
        ("trigger", {"eta": "ap_fixed<4,4>"}, "eta: a number of the momentum has that name"),
    ],
)
def test_impossible_features_are_refused(form: str, features: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        form_from_json({"form": form, "features": features})
