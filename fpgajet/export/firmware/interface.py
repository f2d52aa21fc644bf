"""What every bit of a tagger's inputs and outputs means."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fpgajet.graph.classifiers import classifiers_of
from fpgajet.ops.network import Network
from fpgajet.rtl.write.design import RtlDesign


@dataclass(frozen=True)
class Port:
    """A number that goes into a tagger or comes out of it.

    Attributes:
        name: of the port.
        width: bits. signed: whether the highest one is a sign.
        precision: its type as HLS writes it.
        unit: what its value (raw integer times the type's step) counts.
        lsb: its lowest bit on the parallel bus.
    """

    name: str
    width: int
    signed: bool
    precision: str
    unit: str
    lsb: int

    @property
    def msb(self) -> int:
        """Its highest bit on the parallel bus."""
        return self.lsb + self.width - 1


@dataclass(frozen=True)
class Interface:
    """Inputs and outputs of a tagger in the order of the buses ``jet`` and ``score``, lowest bits first.

    Attributes:
        rows: of the input. row_names: theirs.
        word_fields: where a row is a word with fields of its own, see :class:`fpgajet.ops.forms.InputForm`.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    rows: int
    row_names: tuple[str, ...] = ()
    word_fields: tuple[tuple[str, int, int, bool], ...] = ()

    @property
    def per_row(self) -> tuple[tuple[Port, ...], ...]:
        """The inputs of every constituent."""
        each = len(self.inputs) // self.rows
        return tuple(self.inputs[k * each : (k + 1) * each] for k in range(self.rows))

    def document(self) -> dict[str, Any]:
        """For ``interface.json``."""
        return {
            "inputs": [asdict(port) for port in self.inputs],
            "outputs": [asdict(port) for port in self.outputs],
        }


def interface_of(network: Network, design: RtlDesign) -> Interface:
    """Ports of a network's tagger: ``constituent_03_eta``, ``score``; of several classifiers ``score_RUN``."""
    rows, inputs, lsb = network.input_shape[0], [], 0
    labels, names = network.form.labels, network.form.row_names(rows)
    for k, shape in enumerate(design.jet):
        row, column = divmod(k, len(labels))
        name, unit = labels[column]
        precision = network.input_type.ap_fixed()
        inputs.append(Port(f"{names[row]}_{name}", shape.width, shape.signed, precision, unit, lsb))
        lsb += shape.width
    outputs, lsb = [], 0
    for name, shape in zip(_score_names(network), design.score, strict=True):
        precision = network.output.operator.output.ap_fixed()
        outputs.append(Port(name, shape.width, shape.signed, precision, "the network's output", lsb))
        lsb += shape.width
    return Interface(tuple(inputs), tuple(outputs), rows, tuple(names), network.form.word_fields)


def _score_names(network: Network) -> list[str]:
    """Names of all scores; numbers follow where one classifier has several."""
    classifiers, names = classifiers_of(network), []
    for one in classifiers:
        stem = one.name if len(classifiers) > 1 else "score"
        names += [stem] if one.count == 1 else [f"{stem}_{k}" for k in range(one.count)]
    return names
