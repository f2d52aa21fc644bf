"""nanoPELICAN (arXiv 2310.16121). No torch before a method needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.network import Network
from quant.models.family import Family
from quant.models.npelican.description import ExponentFields, NPelicanDescription
from quant.models.npelican.hyperparameters import NPelicanSettings
from quant.models.npelican.presets import PRESETS
from quant.models.npelican.pruning import pieces, weights
from quant.models.npelican.wiring import real_values, wiring
from quant.models.structure import Removable, Structure
from quant.models.wiring import assemble

if TYPE_CHECKING:
    from torch import nn

    from quant.models.npelican.quantised import QuantisedNPelican
    from quant.models.quantised import QuantisedNetwork
    from quant.models.sample import Sample


class NPelicanFamily(Family[NPelicanSettings, NPelicanDescription]):
    """See :class:`quant.models.family.Family`."""

    name: ClassVar[str] = "npelican"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    narrowed: ClassVar[tuple[str, ...]] = ("weight", "score_weight", "activation")
    settings = NPelicanSettings
    description = NPelicanDescription

    def network(
        self, description: NPelicanDescription, tensors: Mapping[str, NDArray[np.float64]], name: str
    ) -> Network:
        sizes, of_n = description.sizes, description.multiplicity
        wired = wiring(sizes, description.fixed_types, description.fixed_exponents)

        def real(parameter: str) -> NDArray[np.float64]:
            return real_values(parameter, tensors[parameter], wired.types[parameter], sizes, of_n)

        return assemble(name, wired, real)

    def prunable(self, settings: NPelicanSettings) -> Mapping[str, NDArray[np.int64]]:
        return weights(settings.architecture)

    def removable(self, settings: NPelicanSettings, structure: Structure) -> Sequence[Removable]:
        return pieces(settings.architecture, structure)

    def new_float(self, settings: NPelicanSettings) -> nn.Module:
        from quant.models.npelican.new_model import new_model
        from quant.models.npelican.outputs import with_two_outputs

        start = settings.hidden_bias, settings.dropout, settings.alpha_start, settings.alpha_channels
        model = new_model(settings.architecture, settings.normaliser, *start, compiled=settings.compiled)
        return with_two_outputs(model) if settings.outputs == 2 else model

    def trained(self, model: nn.Module) -> nn.Module:
        from quant.models.npelican.outputs import with_one_output

        return with_one_output(model)

    def calibrate(
        self, model: nn.Module, settings: NPelicanSettings, sample: Sample, name: str
    ) -> QuantisedNPelican:
        import torch

        from quant.models.npelican.calibration import QUICK_JETS, SampleLoss, calibrate
        from quant.models.npelican.floating import NPelican
        from quant.models.npelican.folding import fold
        from quant.models.scoring import seen_momenta

        assert isinstance(model, NPelican)
        given, form = sample.momenta.numpy(), settings.form
        seen = torch.from_numpy(seen_momenta(form, given))
        features = torch.from_numpy(form.features(given))
        loss = SampleLoss(features, sample.label)
        quick = SampleLoss(features[:QUICK_JETS], sample.label[:QUICK_JETS])
        sizes, bits = settings.architecture, settings.bits
        return calibrate(fold(model), sizes, bits, seen, loss, name, settings.effort, quick)

    def describe(self, settings: NPelicanSettings, quantised: QuantisedNetwork) -> NPelicanDescription:
        from quant.models.npelican.quantised import QuantisedNPelican

        assert isinstance(quantised, QuantisedNPelican)
        sizes = vars(settings.architecture) | {"input": settings.form.to_json()}
        sizes |= {"alpha": quantised.multiplicity.alphas}
        for given in ("form", "scores"):
            sizes.pop(given)
        return NPelicanDescription(
            **sizes,
            classes=settings.classes,
            regress=settings.regress,
            nbar=settings.normaliser,
            types=quantised.types.to_json(),
            exponents=ExponentFields(**vars(quantised.exponents)),
        )

    def float_model(self, description: NPelicanDescription) -> nn.Module:
        from quant.models.npelican.new_model import new_model

        return new_model(description.sizes, description.nbar)

    def quantised_model(self, description: NPelicanDescription, name: str) -> QuantisedNPelican:
        from quant.models.npelican.quantised import QuantisedNPelican

        return QuantisedNPelican(
            description.sizes, description.fixed_types, description.fixed_exponents, name, description.alpha
        )
