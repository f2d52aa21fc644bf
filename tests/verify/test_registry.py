"""Declaring implementations, from any package."""

from __future__ import annotations

import pytest

from fpgajet.ops.network import Network
from fpgajet.verify.certificate import certify
from fpgajet.verify.registry import Entry, Registry
from tests.networks import random_jets, random_network
from tests.verify.test_certificate import Copy


def registry() -> Registry[Network]:
    return Registry(
        Entry("first", "the first", Copy, physics="one"),
        Entry("built", "built by hls", Copy, flow="hls", physics="two"),
        Entry("slow", "too slow", Copy, flow="hls", certified=False),
    )


def test_a_certificate_takes_what_the_flows_made() -> None:
    found = registry()
    assert [e.name for e in found.certified(())] == ["first"]
    assert [e.name for e in found.certified({"hls"})] == ["first", "built"]
    assert {key: e.name for key, e in found.physics().items()} == {"one": "first", "two": "built"}
    assert found["slow"].title == "too slow"


def test_an_entry_makes_what_a_certificate_compares() -> None:
    network = random_network()
    made = [entry.make(network) for entry in registry().certified(())]
    result = certify(network, made, {"real jets": random_jets(20)}, score_kind="real jets")
    assert result.document()["clean"]


def test_names_are_taken_once() -> None:
    found = registry()
    found.register(Entry("new", "from above", Copy, physics="three"))
    assert [e.name for e in found] == ["first", "built", "slow", "new"]
    for again in (Entry("new", "twice", Copy), Entry("other", "same row", Copy, physics="three")):
        with pytest.raises(ValueError, match="registered already"):
            found.register(again)
