"""The families of models. To add one: a folder beside this file and one line here."""

from __future__ import annotations

from fpgajet.errors import BadInput
from quant.models.deepsets import DeepSetsFamily
from quant.models.events import EventGatFamily, EventGnnFamily
from quant.models.family import AnyFamily
from quant.models.interaction import InteractionFamily
from quant.models.jedi_linear import JediLinearFamily
from quant.models.lorentznet import LorentzNetFamily
from quant.models.lorentznet_published import PublishedLorentzNetFamily
from quant.models.mlp import MlpFamily
from quant.models.npelican import NPelicanFamily
from quant.models.vecnet import VecNetFamily
from quant.models.vecnet_published import PublishedVecNetFamily

FAMILIES: dict[str, AnyFamily] = {
    family.name: family
    for family in (
        NPelicanFamily(),
        VecNetFamily(),
        LorentzNetFamily(),
        DeepSetsFamily(),
        JediLinearFamily(),
        InteractionFamily(),
        MlpFamily(),
        EventGnnFamily(),
        EventGatFamily(),
        PublishedLorentzNetFamily(),
        PublishedVecNetFamily(),
    )
}


def family_named(name: object) -> AnyFamily:
    """The family of a name.

    Raises:
        BadInput: no such family; the message lists them.
    """
    family = FAMILIES.get(name) if isinstance(name, str) else None
    if family is None:
        raise BadInput(f"no architecture {name!r}. There are: {', '.join(FAMILIES)}.")
    return family
