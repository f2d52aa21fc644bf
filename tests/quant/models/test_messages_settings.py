"""Settings of all families with a plan: what cannot be is refused with the reason."""

from __future__ import annotations

import pytest

from fpgajet.errors import BadInput
from fpgajet.ops import Skip
from quant.models.messages.plan import Unrounded
from quant.training.read_settings import read_settings
from tests.quant.models.mixtures import settings_of


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["model=deepsets", "input.form=puppi"], "layers read the input forms"),
        (["model=interaction", "batch_norm=false"], "only batch norm"),
        (["model=deepsets", "phi=[]"], "at least 1 item"),
        (["model=jedi-linear", "relation=[4,4]"], "valid integer"),
        (["model=mlp", "input.form=log"], "leave input out"),
        (["model=event-gnn", "input.form=log"], "read the input form objects"),
        (["model=event-gat", "width=6", "heads=4"], "cannot be dealt out"),
        (["model=deepsets", "bits.dots=4"], "unexpected|Unexpected"),
    ],
)
def test_layers_refuse_what_they_cannot_read(given: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_settings(None, given)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["layer_norm=true"], "use batch_norm"),
        (["dynamic_graph=true"], "only the static graph"),
        (["scalar=0", "vector=2"], "vector > 0 needs scalar > 0"),
        (["scalar=0", "vector=0", "hidden=0"], "needs scalar or hidden"),
        (["iterations=1"], "iterations >= 2"),
        (["constituents=4", "neighbours=4"], "fewer than the constituents"),
        (["affine=true"], "need scalar=0"),
        (["affine=true", "scalar=0", "vector=0", "aggregation=sum"], "need aggregation=mean"),
        (["input.form=trigger"], "four-momenta"),
        (["layers=2"], "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(wrong: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_settings(None, ["model=vecnet", *wrong])


def test_a_skip_is_never_dropped() -> None:
    with pytest.raises(BadInput, match="hidden=4 or 0, or shortcut=concat"):
        read_settings(None, ["model=vecnet", "hidden=2", "shortcut=skip"])
    settings = settings_of("three steps")
    nodes = {
        node.name: node.operator for node in settings.plan(Unrounded(settings.bits.front())).wiring().nodes
    }
    skips = [name for name, operator in nodes.items() if isinstance(operator, Skip)]
    assert skips == ["h1", "s2", "h2", "s3", "h3"], "scalars have nothing before the first step"
