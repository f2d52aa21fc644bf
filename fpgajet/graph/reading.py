"""Reading an ONNX file from disk: what every reader of models asks of it before it looks at the operators.

Both readers use this one: :mod:`fpgajet.graph.load` for files made of our operators and
:mod:`fpgajet.graph.foreign` for all others. Whatever is wrong is refused in one sentence that names it.
"""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from fpgajet.errors import BadInput
from fpgajet.graph.external_data import attach_external_data
from fpgajet.graph.soundness import check_sound

#: Protobuf cannot hold more in one message; larger models keep their weights in files of their own.
LARGEST_FILE = 2**31 - 1
QONNX_DOMAIN = "qonnx.custom_op.general"
#: Domains under which exporters have written QONNX's quantisers over the years.
_OLD_DOMAINS = ("", "finn.custom_op.general", "onnx.brevitas", QONNX_DOMAIN)
_QUANTISERS = ("Quant", "IntQuant", "BipolarQuant", "Trunc", "FloatQuant")


def read_model(path: Path) -> onnx.ModelProto:
    """Read an ONNX file with its external data, and check that it is sound.

    Quantisers under one of QONNX's former domains are moved to ``qonnx.custom_op.general``.

    Raises:
        BadInput: missing, truncated, not an ONNX model, weights that are not there, or a graph that is not
            sound (see :func:`fpgajet.graph.soundness.check_sound`).
    """
    path = Path(path)
    model = _parsed(path)
    with refusals(str(path)):
        attach_external_data(model, path.parent, str(path))
        _use_one_domain(model)
        check_sound(model, str(path))
        try:
            onnx.checker.check_model(_with_output_shapes(model))
        except onnx.checker.ValidationError as error:
            raise BadInput(f"{path} is not a valid ONNX model: {one_line(error)}.") from error
    return model


@contextlib.contextmanager
def refusals(source: str) -> Iterator[None]:
    """Turn whatever a reader of ``source`` raises into :class:`BadInput` with the file and the reason.

    Names in a file can be anything, so code that reads it can fail in any way; nothing of that is a bug that the
    user should see as a traceback.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        raise BadInput(f"{source} holds a name that is not UTF-8 text; export it again.") from error
    except (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RuntimeError, TypeError,
            ValueError) as error:  # fmt: skip
        raise BadInput(f"{source} cannot be used: {one_line(error)}.") from error


def one_line(error: BaseException | str) -> str:
    """What an exception says, on one line and without the full stop at its end."""
    words = " ".join(str(error).split()).rstrip(". ")
    if isinstance(error, KeyError):
        words = f"nothing is known of {words}"
    return words[:400] or type(error).__name__


def _parsed(path: Path) -> onnx.ModelProto:
    """The message in the file, without its external data."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(f"{path} is not a regular file.")
        if status.st_size > LARGEST_FILE:
            raise BadInput(f"{path} is larger than 2 GB, which no ONNX file can be.")
        model = onnx.load_model_from_string(path.read_bytes())
    except FileNotFoundError as error:
        raise BadInput(f"{path} does not exist.") from error
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror or one_line(error)}.") from error
    except (DecodeError, UnicodeDecodeError, ValueError, RuntimeError) as error:
        raise BadInput(f"{path} is not a complete ONNX model ({one_line(error)}).") from error
    if not model.graph.node:
        raise BadInput(f"{path} is not a complete ONNX model: it has no nodes.")
    return model


def _use_one_domain(model: onnx.ModelProto) -> None:
    found = False
    for node in model.graph.node:
        if node.op_type in _QUANTISERS and node.domain in _OLD_DOMAINS:
            node.domain, found = QONNX_DOMAIN, True
    if found and all(entry.domain != QONNX_DOMAIN for entry in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid(QONNX_DOMAIN, 1))


def _with_output_shapes(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model itself, or a copy for the checker, which insists on a shape that exporters often leave out."""
    if all(output.type.tensor_type.HasField("shape") for output in model.graph.output):
        return model
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for output in copy.graph.output:
        output.type.tensor_type.shape.SetInParent()
        output.type.tensor_type.elem_type = output.type.tensor_type.elem_type or onnx.TensorProto.FLOAT
    return copy
