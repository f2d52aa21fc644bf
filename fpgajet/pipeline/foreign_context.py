"""What the stages of a build from a foreign ONNX file share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.files import sha256
from fpgajet.fixed import FixedType
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.foreign_events import RANDOM, Events, events_of, random_events
from fpgajet.pipeline.implementations import foreign_implementations
from fpgajet.verify.registry import Registry

if TYPE_CHECKING:
    import onnx

    from fpgajet.graph.foreign.hardware import ForeignNetwork


#: Events on which qonnx's execution is counted where it is no implementation of the certificate.
MOST_COMPARED = 2000


@dataclass
class ForeignContext(BuildContext):
    """A build from the ONNX file ``source``; ``jets`` only counts where the settings name a file."""

    @cached_property
    def artefacts(self) -> Artefacts:
        """The build's files; the foreign one is read already."""
        found = Artefacts(self.directory)
        found.foreign_model, found.foreign = self.model, self.foreign
        return found

    @cached_property
    def model(self) -> onnx.ModelProto:
        """The file, its external data in it."""
        from fpgajet.graph.reading import read_model

        return read_model(self.source)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file with its external data."""
        import hashlib

        return hashlib.sha256(self.model.SerializeToString(deterministic=True)).hexdigest()

    @cached_property
    def input_precision(self) -> FixedType | None:
        """What the user states for an input without a quantiser."""
        return precision_of(self.settings.input_precision)

    @cached_property
    def foreign(self) -> ForeignNetwork:
        """The network that the file describes.

        Raises:
            BadInput: it cannot be built.
        """
        from fpgajet.graph.foreign import read_foreign
        from fpgajet.graph.foreign.hardware import foreign_network

        return foreign_network(read_foreign(self.model, str(self.source)), self.input_precision)

    @cached_property
    def events(self) -> Events:
        """Features, and labels where the user has them.

        Raises:
            BadInput: see :func:`fpgajet.pipeline.foreign_events.events_of`.
        """
        settings, network = self.settings, self.foreign.network
        if settings.jets is None:
            return random_events(network, settings.seed, settings.max_jets)
        scores = int(np.prod(network.shapes()[network.output.name]))
        found = events_of(
            settings.jets, self.foreign.event_shape, 2 if scores == 1 else scores, settings.max_jets
        )
        return Events(self.foreign.features(found.features), found.labels, found.source)

    @cached_property
    def decision(self) -> dict[str, Any]:
        """None: what a score of a foreign model means is not known.

        Raises:
            BadInput: a decision bit is asked for.
        """
        if self.settings.threshold is not None or self.settings.rate_khz is not None:
            raise BadInput(
                "a decision bit is written for taggers trained here: leave out --threshold and --rate-khz."
            )
        return {}

    @property
    def implementations(self) -> Registry[Artefacts]:
        """Those that have to agree: the file itself is one, unless a constant of it had to be rounded."""
        return foreign_implementations(self.foreign.imported)

    @property
    def features(self) -> NDArray[np.float32]:
        """Features [events, N, F]."""
        return self.events.features

    @property
    def jets_name(self) -> str:
        """The events, for the record."""
        return RANDOM if self.settings.jets is None else str(self.settings.jets)

    @property
    def jets_digest(self) -> str:
        """Of the file with the events."""
        if self.settings.jets is None:
            return f"{RANDOM}, seed {self.settings.seed}"
        return sha256(self.settings.jets)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not as in the file."""
        return self.foreign.imported.notes

    def yardstick(self) -> str:
        """What the exactness of the network is measured against, in words."""
        name, imported = self.source.name, self.foreign.imported
        if imported.carried and not imported.rounded:
            return f"qonnx's own execution of {name}, to the last bit"
        from fpgajet.graph.foreign.run_qonnx import ForeignFile
        from fpgajet.verify.certificate import certify

        events = self.features[:MOST_COMPARED]
        found = certify(
            self.foreign.network,
            [ForeignFile(self.model, self.foreign)],
            {"events": events},
            score_kind="events",
        )
        qonnx = (
            f"qonnx's own execution of the file, in float32, differs in {found.total_differences:,} of "
            f"{found.values_compared:,} values of {len(events):,} events"
        )
        if imported.rounded:
            return f"the integer reference, because a constant of {name} is rounded; {qonnx}"
        return (
            f"{name} in real numbers, executed in float64, to the last bit of every quantiser: products with scales "
            f"that are no powers of two have as many bits as give the same integer for every possible sum; {qonnx}"
        )


def precision_of(text: str | None) -> FixedType | None:
    """The type that ``--input-precision`` states.

    Raises:
        BadInput: it is none that the input can have.
    """
    try:
        return None if text is None else FixedType.from_ap_fixed(text)
    except ValueError as error:
        raise BadInput(f"--input-precision: {error}.") from error
