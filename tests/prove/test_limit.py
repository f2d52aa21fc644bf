"""A proof that takes too long is not decided, and what is proved by then stays proved."""

from __future__ import annotations

import pytest

from fpgajet.fixed import from_real
from fpgajet.prove import limit
from fpgajet.prove.limit import NotDecided, check, half_of_the_rest, limited
from fpgajet.prove.proof import Level, Proof, prove_outputs
from fpgajet.scalars import scalar_network
from tests.networks import random_jets, random_network


class Clock:
    """Time that passes by one second whenever somebody looks."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limit, "time", clock)
    return clock


def test_without_a_limit_nobody_looks_at_the_clock(clock: Clock) -> None:
    for _ in range(10):
        check()
    with limited(None), half_of_the_rest():
        check()
    assert clock.now == 0


def test_a_limit_ends_with_its_block() -> None:
    with limited(2):
        check()
        check()
        with pytest.raises(NotDecided, match="not decided in 2 s"):
            check()
    check()


def test_one_of_two_ways_gets_half_of_the_rest() -> None:
    with limited(41):
        with half_of_the_rest(), pytest.raises(NotDecided, match="not decided in 20 s"):
            check_often(25)
        check()


def check_often(times: int) -> None:
    for _ in range(times):
        check()


def compared(seconds: float | None) -> Proof:
    network = random_network(n=3)
    reference = scalar_network(network)
    samples = from_real(random_jets(20, 3), network.input_type).reshape(20, -1)
    with limited(seconds):
        return prove_outputs("itself", reference, reference.stages[network.output.name].ravel(), samples)


def test_a_proof_says_that_it_is_not_decided() -> None:
    assert compared(None).level is Level.PROVED
    found = compared(5)
    assert (found.level, found.reason) == (Level.COMPARED, "not decided in 5 s")
