"""From what a user names to blocks: an ONNX file, a build directory, a training run, a model of the zoo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgajet.devices import Part
from fpgajet.errors import BadInput
from fpgajet.estimate.blocks import Block, blocks_of
from fpgajet.estimate.figures import Estimate
from fpgajet.estimate.model import estimate_blocks
from fpgajet.ops.network import Network
from fpgajet.ops.operator import DOMAIN


@dataclass(frozen=True)
class Source:
    """Something that can be estimated. ``constituents``: slots, or 64-bit words, of the input; ``own``: made of our
    operators."""

    name: str
    blocks: tuple[Block, ...]
    constituents: int
    own: bool = True

    def estimate(self, part: Part, clock_mhz: float, ii: int = 1) -> Estimate:
        """Its estimate on a part."""
        return estimate_blocks(self.blocks, self.constituents, part, clock_mhz, ii, own=self.own)


def of_network(network: Network) -> Source:
    """A network of our operators."""
    return Source(network.name, blocks_of(network), network.input_shape[0])


def of_onnx(path: Path) -> Source:
    """A model file: of our operators, or of the standard layers that hls4ml knows.

    Raises:
        BadInput: not a model, or a node that nothing is known about.
    """
    from fpgajet.graph.load import load

    model = _read(path)
    if any(node.domain == DOMAIN for node in model.graph.node):
        return of_network(load(model, str(path)))
    from fpgajet.estimate.onnx_graph import blocks_of_graph

    blocks, words = blocks_of_graph(model, str(path))
    return Source(model.graph.name or path.stem, blocks, words, own=False)


def of_name(name: str, checkpoint: Callable[[str], Network]) -> Source:
    """Whatever ``name`` is: a file, a directory with a model.onnx, else what ``checkpoint`` makes of it.

    Raises:
        BadInput: nothing of the kind.
    """
    path = Path(name)
    if path.is_dir() and (path / "model.onnx").is_file():
        return of_onnx(path / "model.onnx")
    if path.is_file() or path.suffix == ".onnx":
        return of_onnx(path)
    return of_network(checkpoint(name))


def _read(path: Path) -> Any:  # onnx.ModelProto, without importing onnx for the annotation
    """The model, unchecked: the checker does not know the domains of QONNX."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(path))
    except FileNotFoundError as error:
        raise BadInput(f"{path} does not exist.") from error
    except (DecodeError, OSError, ValueError) as error:
        raise BadInput(f"{path} is not a complete ONNX model ({str(error).splitlines()[0]}).") from error
    if not model.graph.node:
        raise BadInput(f"{path} is not a complete ONNX model: it has no nodes.")
    return model
