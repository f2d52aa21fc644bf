"""What the stages of one build share, each thing read or computed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.devices import Part
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.build_settings import BuildSettings
from fpgajet.pipeline.jets import labelled_jets
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import path_digest
from fpgajet.pipeline.reporter import Reporter, Silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fpgajet.estimate import Estimate
    from fpgajet.ops.network import Network
    from fpgajet.rtl.design import Circuit
    from quant.data import Jets
    from quant.data.checking.identity import Identity
    from quant.models.family import Description
    from quant.overlap import Overlap


@dataclass
class BuildContext:
    """One run of ``fpgajet build``.

    Attributes:
        directory: where it writes. settings: what the user chose. part, clock_mhz: resolved from them.
        source: the checkpoint that is built. jets: jet file. reporter: who hears of it.
        circuit: what the Verilog was written from, once this run has written it.
    """

    directory: BuildDirectory
    settings: BuildSettings
    part: Part
    clock_mhz: float
    source: Path
    jets: Path
    reporter: Reporter = field(default_factory=Silent)
    circuit: Circuit | None = None

    @cached_property
    def artefacts(self) -> Artefacts:
        """The build's files."""
        return Artefacts(self.directory)

    @property
    def network(self) -> Network:
        """The network, once the model stage has run."""
        return self.artefacts.network

    @cached_property
    def source_constituents(self) -> int:
        """Constituents of the model, from the checkpoint that is built; checks it.

        Raises:
            BadInput: not a usable checkpoint.
        """
        from quant.checkpoint import open_checkpoint

        return open_checkpoint(self.source).config.constituents

    @cached_property
    def _described(self) -> Description:
        from quant.checkpoint import open_checkpoint

        return open_checkpoint(self.source).config.model

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of the model, where it has a score for each of several."""
        return self._described.class_names

    @property
    def objects(self) -> bool:
        """Whether the model reads events of objects instead of jets."""
        return self._described.form.objects

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What the model reads of constituents beside their momenta."""
        return self._described.form.feature_names

    @property
    def regressed(self) -> tuple[str, ...]:
        """Values that the model's last outputs find by regression."""
        return self._described.regressed

    @property
    def features(self) -> NDArray[np.float32]:
        """Features of the jets in the network's input form, [jets, N, F]."""
        return self.network.form.features(self.sample.constituents)

    @property
    def jets_name(self) -> str:
        """The jets, for the record."""
        return str(self.jets)

    @property
    def jets_digest(self) -> str:
        """Of the jet file."""
        return path_digest(self.jets) or ""

    @cached_property
    def sample(self) -> Jets:
        """The labelled jets, cut to the model's constituents.

        Raises:
            BadInput: see :func:`fpgajet.pipeline.jets.labelled_jets`.
        """
        return labelled_jets(
            self.jets,
            self.source_constituents,
            self.settings.max_jets,
            self.classes,
            self.objects,
            self.feature_names,
        )

    @cached_property
    def identity(self) -> Identity:
        """Which jets these are."""
        from quant.data.checking.identity import identity

        return identity(self.jets, self.settings.max_jets)

    @cached_property
    def overlap(self) -> Overlap:
        """Whether the model has seen the jets in training."""
        from quant.checkpoint import open_checkpoint
        from quant.seen_jets import overlap_of

        return overlap_of(open_checkpoint(self.source), self.identity)

    @property
    def threshold(self) -> int | None:
        """Of the decision bit, as an integer of the score; None without that bit."""
        if self.settings.threshold is None and self.settings.rate_khz is None:
            return None  # without a look at checkpoint and jets
        return self.decision.get("threshold")

    @cached_property
    def decision(self) -> dict[str, Any]:
        """The decision bit and where its threshold comes from; empty without one.

        Raises:
            BadInput: a threshold that the score cannot reach, or no cross sections for a wanted rate.
        """
        from fpgajet.pipeline.decision import decision_of

        return decision_of(self.settings, self.source, self.sample, self.jets)

    def estimate(self, ii: int) -> Estimate:
        """Latency and resources by the analytical model, with a jet every ``ii`` clocks."""
        from fpgajet.estimate import estimate

        if ii not in self._estimates:
            self._estimates[ii] = estimate(self.network, self.part, self.clock_mhz, ii)
        return self._estimates[ii]

    @cached_property
    def _estimates(self) -> dict[int, Estimate]:
        return {}
