"""The names of :mod:`quant.data` under their old address."""

from quant.data import (
    JetFile,
    Jets,
    JetWriter,
    check_constituents,
    concatenate,
    iter_jets,
    read_jets,
    shard_paths,
    write_jets,
)

__all__ = [
    "JetFile",
    "JetWriter",
    "Jets",
    "check_constituents",
    "concatenate",
    "iter_jets",
    "read_jets",
    "shard_paths",
    "write_jets",
]
