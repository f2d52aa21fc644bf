"""From what a user names to blocks: an ONNX file, a build directory, a training run, a model of the zoo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fpgajet.devices import Part
from fpgajet.estimate.blocks import Block, blocks_of
from fpgajet.estimate.figures import Estimate
from fpgajet.estimate.model import estimate_blocks
from fpgajet.fixed import FixedType
from fpgajet.ops.network import Network
from fpgajet.ops.operator import DOMAIN


@dataclass(frozen=True)
class Source:
    """Something that can be estimated.

    Attributes:
        constituents: slots, or 64-bit words, of the input.
        own: made of our operators.
        precision: what standard layers without a precision of their own got; None if every tensor has one.
        assumed: which tensors and layers these are.
    """

    name: str
    blocks: tuple[Block, ...]
    constituents: int
    own: bool = True
    precision: FixedType | None = None
    assumed: tuple[str, ...] = ()

    def estimate(self, part: Part, clock_mhz: float, ii: int = 1) -> Estimate:
        """Its estimate on a part."""
        return estimate_blocks(self.blocks, self.constituents, part, clock_mhz, ii, own=self.own)


def of_network(network: Network) -> Source:
    """A network of our operators."""
    return Source(network.name, blocks_of(network), network.input_shape[0])


def of_onnx(path: Path, default: FixedType | None = None) -> Source:
    """A model file: of our operators, or of the standard layers that hls4ml knows.

    Args:
        default: precision of whatever standard layers leave unquantised; default: hls4ml's.

    Raises:
        BadInput: not a model, or a node that nothing is known about.
    """
    from fpgajet.graph.reading import read_model

    model = read_model(path)
    if any(node.domain == DOMAIN for node in model.graph.node):
        from fpgajet.graph.load import load

        return of_network(load(model, str(path)))
    from fpgajet.estimate.standard import DEFAULT_PRECISION, walk
    from fpgajet.graph.foreign import read_foreign

    precision = default or DEFAULT_PRECISION
    found = walk(read_foreign(model, str(path)), precision)
    name = model.graph.name or path.stem
    assumed = precision if found.assumed else None
    return Source(name, found.blocks, found.words, False, assumed, found.assumed)


def of_name(name: str, checkpoint: Callable[[str], Network], default: FixedType | None = None) -> Source:
    """Whatever ``name`` is: a file, a directory with a model.onnx, else what ``checkpoint`` makes of it.

    Raises:
        BadInput: nothing of the kind.
    """
    path = Path(name)
    if path.is_dir() and (path / "model.onnx").is_file():
        return of_onnx(path / "model.onnx", default)
    if path.is_file() or path.suffix == ".onnx":
        return of_onnx(path, default)
    return of_network(checkpoint(name))
