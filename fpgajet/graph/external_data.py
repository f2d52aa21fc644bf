"""Weights that an ONNX file keeps in another file beside it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import onnx
from onnx import external_data_helper

from fpgajet.errors import BadInput


def attach_external_data(model: onnx.ModelProto, directory: Path, source: str) -> None:
    """Load the external data of every tensor from ``directory`` into the model.

    Raises:
        BadInput: the file is missing, is no regular file, lies outside the directory, or is too short.
    """
    for tensor in _tensors(model):
        if not external_data_helper.uses_external_data(tensor):
            continue
        with warnings.catch_warnings():  # keys that are not known say nothing about where the data is
            warnings.simplefilter("ignore")
            info = external_data_helper.ExternalDataInfo(tensor)
        if not isinstance(info.location, str):
            raise BadInput(f"{source} names a file of weights in text that is not UTF-8; export it again.")
        what = f"{source} keeps the tensor {tensor.name!r} in the file {info.location!r}"
        place = (directory / info.location).resolve()
        if not info.location or not place.is_relative_to(directory.resolve()):
            raise BadInput(f"{what}, which lies outside the model's directory and is not read.")
        if not place.exists():
            raise BadInput(f"{what}, which does not exist; copy it beside the model.")
        if not place.is_file():
            raise BadInput(f"{what}, which is not a regular file.")
        start, length = int(info.offset or 0), int(info.length or place.stat().st_size)
        if start < 0 or length < 0 or place.stat().st_size < start + (int(info.length or 0)):
            raise BadInput(f"{what}, which is shorter than the model says; copy it again.")
        with place.open("rb") as stream:
            stream.seek(start)
            tensor.raw_data = stream.read(length)
        tensor.data_location = onnx.TensorProto.DEFAULT
        del tensor.external_data[:]


def _tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    yield from model.graph.initializer
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
