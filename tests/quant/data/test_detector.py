"""The fast detector against hand calculations: no generator needed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from quant.data.generation.calorimeter import Hits, energy_flow
from quant.data.generation.cards import DELPHES_ATLAS as CARD
from quant.data.generation.detector import simulate
from quant.data.generation.particles import Particles
from quant.data.generation.propagation import GEV_PER_TESLA_METRE, propagate
from quant.data.generation.smearing import log_normal, step_values


def particles(count: int, **values: object) -> Particles:
    """``count`` particles, one an event, photons of 10 GeV along x from the origin unless told."""
    defaults = {"event": np.arange(count), "pdg": 22, "charge": 0.0, "px": 10.0, "py": 0.0, "pz": 0.0}
    defaults |= {"energy": 10.0, "x": 0.0, "y": 0.0, "z": 0.0, **values}
    columns = {
        name: np.broadcast_to(np.asarray(value, dtype=np.int64 if name in ("event", "pdg") else float), count)
        for name, value in defaults.items()
    }
    return Particles(**columns)


def step_by_step(p: Particles, row: int) -> tuple[float, float]:
    """Follow one particle in tiny steps; eta and phi where it leaves the cylinder."""
    position = np.array([p.x[row], p.y[row], p.z[row]])
    phi = np.arctan2(p.py[row], p.px[row])
    pt = np.hypot(p.px[row], p.py[row])
    step = 2e-5
    turn = -p.charge[row] * GEV_PER_TESLA_METRE * CARD.field / pt * step
    while np.hypot(*position[:2]) < CARD.radius and abs(position[2]) < CARD.half_length:
        middle = phi + turn / 2
        position += step * np.array([np.cos(middle), np.sin(middle), p.pz[row] / pt])
        phi += turn
    return float(np.arcsinh(position[2] / np.hypot(*position[:2]))), float(
        np.arctan2(position[1], position[0])
    )


def test_helices_and_lines_agree_with_small_steps() -> None:
    rng = np.random.default_rng(4)
    count = 40
    px, py = rng.normal(0, 0.6, (2, count))  # both those that reach the barrel and those that curl up
    pz = rng.normal(0, 1.0, count)
    x, y, z = rng.uniform(-0.3, 0.3, (3, count))
    charge = rng.integers(-1, 2, count)
    some = particles(count, px=px, py=py, pz=pz, x=x, y=y, z=z, charge=charge)
    found = propagate(some, CARD)
    assert found.reached.all()
    for row in range(count):
        eta, phi = step_by_step(some, row)
        assert found.eta[row] == pytest.approx(eta, abs=2e-3)
        assert np.cos(found.phi[row] - phi) == pytest.approx(1.0, abs=1e-5)


def test_particles_born_outside_are_not_seen() -> None:
    outside = particles(2, x=[1.2, 0.0], z=[0.0, 4.0])
    assert not propagate(outside, CARD).reached.any()


def test_photon_energy_resolution_and_direction() -> None:
    rng = np.random.default_rng(1)
    count = 20_000
    phi = rng.uniform(-np.pi, np.pi, count)
    found = simulate(particles(count, px=50 * np.cos(phi), py=50 * np.sin(phi), energy=50.0), CARD, rng)
    assert len(found.pt) == count
    energy = found.pt * np.cosh(found.eta)
    expected = np.hypot(0.0017 * 50, 0.101 * np.sqrt(50))
    assert energy.mean() == pytest.approx(50, abs=0.03)
    assert energy.std() == pytest.approx(expected, rel=0.03)
    away = np.mod(found.phi - phi[found.event] + np.pi, 2 * np.pi) - np.pi
    assert np.abs(away).max() <= np.deg2rad(CARD.ecal.cell_phi_degrees)


def test_tracking_efficiency_and_resolution() -> None:
    rng = np.random.default_rng(2)
    count = 40_000
    pions = particles(count, pdg=211, charge=1.0, px=5.0, energy=np.hypot(5.0, 0.14))
    found = simulate(pions, CARD, rng)
    # A pion without a track is a neutral hadron somewhere else in its cell, never exactly along x.
    tracks = found.phi == 0.0
    assert tracks.sum() / count == pytest.approx(0.95, abs=0.005)
    assert found.pt[tracks].std() / 5.0 == pytest.approx(np.hypot(0.06, 5 * 1.3e-3), rel=0.03)


def test_slow_pions_are_tracked_less_often() -> None:
    rng = np.random.default_rng(2)
    pions = particles(20_000, pdg=211, charge=1.0, px=0.6, energy=np.hypot(0.6, 0.14))
    assert (simulate(pions, CARD, rng).phi == 0.0).sum() / 20_000 == pytest.approx(0.70, abs=0.02)


def test_neutrinos_and_forward_particles_leave_nothing() -> None:
    rng = np.random.default_rng(3)
    assert len(simulate(particles(10, pdg=12), CARD, rng).pt) == 0
    assert len(simulate(particles(10, pz=500.0, energy=500.1), CARD, rng).pt) == 0


def test_a_measured_electron_is_not_counted_twice() -> None:
    rng = np.random.default_rng(5)
    electrons = particles(5000, pdg=11, charge=-1.0, px=20.0, energy=20.0)
    total = simulate(electrons, CARD, rng)
    energy = np.bincount(total.event, total.pt * np.cosh(total.eta), 5000)
    assert np.median(energy) == pytest.approx(20.0, rel=0.02)


def hits(deposit: list[float], track: list[float], precision: float) -> Hits:
    count = len(deposit)
    zeros = np.zeros(count)
    return Hits(
        zeros.astype(int), zeros + 0.01, zeros + 0.01, np.array(deposit), np.array(track), zeros + precision
    )


def exact(card=CARD.hcal):  # type: ignore[no-untyped-def]
    """A calorimeter without resolution, so that energy flow can be checked by hand."""
    return dataclasses.replace(card, resolution=((5.0, (0.0, 0.0, 0.0)),))


def test_precise_tracks_are_subtracted() -> None:
    coarse = dataclasses.replace(CARD.hcal, resolution=((5.0, (0.0, 1e-9, 0.0)),))
    flow = energy_flow(coarse, hits([30.0, 12.0], [30.0, 0.0], precision=0.0), np.random.default_rng(0))
    assert flow.neutrals.pt * np.cosh(flow.neutrals.eta) == pytest.approx([12.0])
    assert flow.track_scale.tolist() == [1.0, 1.0]


def test_coarse_tracks_take_the_calorimeter_energy() -> None:
    flow = energy_flow(exact(), hits([30.0, 12.0], [35.0, 0.0], precision=0.5), np.random.default_rng(0))
    assert len(flow.neutrals.pt) == 0
    assert flow.track_scale[0] == pytest.approx(42.0 / 35.0)


def test_energy_below_the_threshold_is_dropped() -> None:
    flow = energy_flow(exact(), hits([0.9], [0.0], precision=0.0), np.random.default_rng(0))
    assert len(flow.neutrals.pt) == 0


def test_log_normal_has_the_asked_mean_and_width() -> None:
    noise = np.random.default_rng(0).standard_normal(200_000)
    sample = log_normal(np.full(200_000, 3.0), np.full(200_000, 1.5), noise)
    assert sample.mean() == pytest.approx(3.0, rel=0.01)
    assert sample.std() == pytest.approx(1.5, rel=0.02)
    assert log_normal(np.zeros(1), np.ones(1), noise[:1])[0] == 0.0


def test_steps_in_eta() -> None:
    steps = ((0.5, (1.0,)), (1.5, (2.0,)))
    assert step_values(steps, np.array([0.5, -0.51, 1.5, 1.6]))[0].tolist() == [1.0, 2.0, 2.0, 0.0]
