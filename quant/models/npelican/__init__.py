"""nanoPELICAN (arXiv 2310.16121). No torch before a method needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.network import Network
from quant.models.family import Family
from quant.models.npelican.description import ExponentFields, NPelicanDescription
from quant.models.npelican.settings import NPelicanSettings
from quant.models.npelican.wiring import real_values, wiring
from quant.models.wiring import assemble

if TYPE_CHECKING:
    from torch import nn

    from quant.models.npelican.quantised import QuantisedNPelican
    from quant.models.quantised import QuantisedNetwork
    from quant.training.data import Sample


class NPelicanFamily(Family[NPelicanSettings, NPelicanDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "npelican"
    settings = NPelicanSettings
    description = NPelicanDescription

    def network(
        self, description: NPelicanDescription, tensors: Mapping[str, NDArray[np.float64]], name: str
    ) -> Network:
        wired = wiring(description.sizes, description.fixed_types, description.fixed_exponents)
        slots = description.sizes.slots

        def real(parameter: str) -> NDArray[np.float64]:
            return real_values(parameter, tensors[parameter], wired.types[parameter], slots)

        return assemble(name, wired, real)

    def new_float(self, settings: NPelicanSettings) -> nn.Module:
        from quant.models.npelican.floating import NPelican

        return NPelican(settings.architecture, settings.normaliser, settings.hidden_bias)

    def calibrate(
        self, model: nn.Module, settings: NPelicanSettings, sample: Sample, name: str
    ) -> QuantisedNPelican:
        from quant.models.npelican.calibration import SampleLoss, calibrate
        from quant.models.npelican.floating import NPelican
        from quant.models.npelican.folding import fold

        assert isinstance(model, NPelican)
        loss = SampleLoss(sample.momenta, sample.label)
        return calibrate(
            fold(model), settings.architecture, settings.bits, sample.momenta, loss, name, settings.effort
        )

    def describe(self, settings: NPelicanSettings, quantised: QuantisedNetwork) -> NPelicanDescription:
        from quant.models.npelican.quantised import QuantisedNPelican

        assert isinstance(quantised, QuantisedNPelican)
        return NPelicanDescription(
            **vars(settings.architecture),
            nbar=settings.normaliser,
            types=quantised.types.to_json(),
            exponents=ExponentFields(**vars(quantised.exponents)),
        )

    def float_model(self, description: NPelicanDescription) -> nn.Module:
        from quant.models.npelican.floating import NPelican

        return NPelican(description.sizes, description.nbar)

    def quantised_model(self, description: NPelicanDescription, name: str) -> QuantisedNPelican:
        from quant.models.npelican.quantised import QuantisedNPelican

        return QuantisedNPelican(
            description.sizes, description.fixed_types, description.fixed_exponents, name
        )
