"""Every reader of files from outside, with a maker of one small good file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fpgajet.files import write_bytes, write_json, write_text


@dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes:
        name: of the file; its end is what readers go by.
        make: writes a good file. read: reads it as a command would.
        kind: ``bytes``, ``json`` or ``onnx``: how else than byte by byte it can be damaged.
    """

    name: str
    make: Callable[[Path], None]
    read: Callable[[Path], object]
    kind: str = "bytes"


def _momenta(jets: int = 6, slots: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    p = rng.normal(0.0, 30.0, (jets, slots, 3))
    p = p[np.arange(jets)[:, None], np.argsort(-np.hypot(p[..., 0], p[..., 1]))]  # falling pT
    energy = np.linalg.norm(p, axis=-1, keepdims=True)
    return np.concatenate([energy, p], axis=-1).astype(np.float32), np.arange(jets) % 2


def _columns() -> dict[str, np.ndarray]:
    p4, label = _momenta()
    names = ("E", "PX", "PY", "PZ")
    columns = {f"{c}_{slot}": p4[:, slot, k] for slot in range(4) for k, c in enumerate(names)}
    return columns | {"is_signal_new": label}


def _jets_h5(path: Path) -> None:
    from quant.data import Jets, write_jets

    p4, label = _momenta()
    count = np.full(len(p4), p4.shape[1], np.int16)
    jets = np.ones((len(p4), 4), np.float32)
    write_jets(path, Jets(p4, count, label.astype(np.uint8), jets, ("QCD", "top"), {}))


def _pelican(path: Path) -> None:
    import h5py

    p4, label = _momenta()
    with h5py.File(path, "w") as file:
        file["Pmu"], file["Nobj"], file["is_signal"] = p4, np.full(len(p4), 4), label


def _npz(path: Path) -> None:
    p4, label = _momenta()
    np.savez_compressed(path, p4=p4, label=label)


def _npy(path: Path) -> None:
    np.save(path, _momenta()[0])


def _csv(path: Path) -> None:
    columns = _columns()
    rows = zip(*columns.values(), strict=True)
    write_text(path, "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n")


def _parquet(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(_columns()), path)


def _root(path: Path) -> None:
    import uproot

    p4, label = _momenta()
    names = ("part_energy", "part_px", "part_py", "part_pz")
    branches = {name: p4[:, :, k] for k, name in enumerate(names)} | {
        "label_QCD": label == 0,
        "label_top": label == 1,
    }
    with uproot.recreate(path) as file:
        file["tree"] = branches


def _onnx(path: Path) -> None:
    from fpgajet.graph.export import export
    from quant.checkpoint import load_model, open_checkpoint
    from quant.zoo import resolve

    network = load_model(open_checkpoint(resolve("npelican-n8-c2"))).network()
    write_bytes(path, export(network).SerializeToString())


def _foreign(path: Path) -> None:
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(2)
    shapes = {"w1": (4, 5), "b1": (5,), "w2": (5, 1)}
    weights = [numpy_helper.from_array(rng.normal(size=s).astype(np.float32), n) for n, s in shapes.items()]
    nodes = [
        helper.make_node("MatMul", ["x", "w1"], ["a"]),
        helper.make_node("Add", ["a", "b1"], ["b"]),
        helper.make_node("Relu", ["b"], ["c"]),
        helper.make_node("MatMul", ["c", "w2"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", [1, 4]), ("y", [1, 1]))]
    model = helper.make_model(
        helper.make_graph(nodes, "mlp", ends[:1], ends[1:], weights),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
    write_bytes(path, model.SerializeToString())


def _checkpoint(part: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        from quant.zoo import resolve

        source = resolve("npelican-n8-c2")
        for name in ("model.json", "weights.safetensors"):
            goal = path if name == part else path.parent / name
            write_bytes(goal, (source / name).read_bytes())

    return make


def _read_checkpoint(path: Path) -> object:
    from quant.checkpoint import load_float_model, load_model, open_checkpoint

    checkpoint = open_checkpoint(path.parent)
    load_float_model(checkpoint)
    return load_model(checkpoint).network()


def _convert(path: Path) -> object:
    from quant.data.conversion.convert import convert
    from quant.data.conversion.options import ConversionOptions

    return convert([path], path.with_name("converted.h5"), ConversionOptions())


def _read_jets(path: Path) -> object:
    from quant.data import check_constituents, read_jets

    jets = read_jets(path)
    check_constituents(jets.constituents, source=str(path))
    return jets


def _read_events(path: Path) -> object:
    from quant.data import read_events

    return read_events(path, 16)


def _estimate(path: Path) -> object:
    from fpgajet.devices import part
    from fpgajet.estimate.sources import of_onnx
    from fpgajet.fixed import FixedType

    return of_onnx(path, FixedType.from_ap_fixed("ap_fixed<16,6>")).estimate(part("xcvu9p"), 200.0)


def _load(path: Path) -> object:
    from fpgajet.graph.load import load, read_model

    return load(read_model(path), str(path))


def _report(path: Path) -> None:
    shutil.copyfile(Path(__file__).with_name("report.json"), path)


def _read_report(path: Path) -> object:
    from fpgajet.report import read_report
    from fpgajet.report.comment import comment
    from fpgajet.report.compare import Thresholds, compare

    report = read_report(path)
    return comment(compare(report, report, Thresholds()), "[/]", "x")


def _toml(text: str) -> Callable[[Path], None]:
    return lambda path: write_text(path, text)


def _settings(path: Path) -> object:
    from fpgajet.pipeline.build_settings import load_settings

    return load_settings(path)


def _training(path: Path) -> object:
    from quant.training.read_settings import read_settings

    return read_settings(path, [])


def _project(path: Path) -> None:
    write_json(path, {"project": "a", "input": [4, 4], "output": "s", "stages": {"s": [1]}})


def _read_project(path: Path) -> object:
    from fpgajet.hls.project_facts import facts

    return facts(path.parent)


SETTINGS = (
    'model = "npelican"\npart = "xcvu9p"\nclock_mhz = 240.0\nii = 2\nstrict = true\nedge_vectors = 100\n'
)
TRAINING = {"model": "npelican", "constituents": 8, "seed": 1, "hidden": 2, "bits": {"weight": 6}}

READERS = (
    Reader("jets.h5", _jets_h5, _read_jets),
    Reader("pelican.h5", _pelican, _convert),
    Reader("a.npz", _npz, _convert),
    Reader("a.npy", _npy, _read_events),
    Reader("a.csv", _csv, _convert),
    Reader("a.parquet", _parquet, _convert),
    Reader("a.root", _root, _convert),
    Reader("ours.onnx", _onnx, _estimate, "onnx"),
    Reader("model.onnx", _onnx, _load, "onnx"),
    Reader("foreign.onnx", _foreign, _estimate, "onnx"),
    Reader("model.json", _checkpoint("model.json"), _read_checkpoint, "json"),
    Reader("weights.safetensors", _checkpoint("weights.safetensors"), _read_checkpoint),
    Reader("report.json", _report, _read_report, "json"),
    Reader("build.toml", _toml(SETTINGS), _settings),
    Reader("train.json", lambda path: write_text(path, json.dumps(TRAINING)), _training, "json"),
    Reader("fpgajet_stages.json", _project, _read_project, "json"),
)
