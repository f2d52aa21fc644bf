"""Everything is written by :mod:`fpgajet.files` and :mod:`fpgajet.folders`: no other code opens a file for writing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: The last five work in temporary folders: the inputs of ``scripts/fuzz.py``, mutants in a copy of the repository, a
#: Slurm that ends with its command.
WRITERS = (
    "fpgajet/files/leftovers.py",
    "fpgajet/files/writing.py",
    "fpgajet/folders.py",
    "studies/fuzzing/readers.py",
    "studies/fuzzing/later_readers.py",
    "scripts/mutate.py",
    "studies/mutation/trying.py",
    "scripts/slurm_here.py",
)
#: A write to the path that one of these has handed out is one through them.
HANDED_OUT = {"atomic_path", "atomic_folder", "ScratchFolder", "temporary_folder", "TemporaryDirectory"}
METHODS = {"write_text", "write_bytes", "savefig", "touch", "rename", "symlink_to", "hardlink_to"}
FUNCTIONS = {
    "np.save", "np.savez", "np.savez_compressed", "np.savetxt", "onnx.save", "onnx.save_model", "torch.save",
    "os.open", "os.replace", "os.rename", "os.symlink", "os.mkfifo", "shutil.copy", "shutil.copyfile",
    "shutil.copy2", "shutil.move", "shutil.copytree", "tempfile.mkstemp", "tempfile.mkdtemp",
    "tempfile.NamedTemporaryFile", "save_file", "pq.write_table", "uproot.recreate",
}  # fmt: skip
#: Module and call, with the reason why it is no way around the writer.
ALLOWED = {
    ("fpgajet/__main__.py", "os.open"): "the null device, for a standard stream that is closed",
    ("fpgajet/cli/output.py", "os.open"): "the null device, for a standard output that has failed",
    ("fpgajet/executor/local.py", "os.open"): "the null device, for banners",
    ("quant/data/writing/jet_writer.py", "h5py.File"): "within atomic_path, entered on an ExitStack",
    ("quant/data/writing/deferred_errors.py", "path.open"): "what JetWriter hands to HDF5, within its atomic_path",
    ("fpgajet/hls/synth.py", "shutil.copytree"): "the folder `synth` of a build that refuse_links has looked through",
    ("studies/tables/widths.py", "shutil.copytree"): "a calibrated run to where one penalty goes on from it",
    ("fpgajet/export/cmssw/build.py", "shutil.copytree"): "our own package, into a scratch folder, to compile it",
    ("fpgajet/compiled.py", "shutil.copyfile"): "within atomic_path, and to a scratch folder of the caller",
    ("fpgajet/compiled.py", "target.symlink_to"): "to what is kept, in a scratch folder of the caller",
    ("scripts/prove_mutants_cpp.py", "shutil.copytree"): "a project of this run, in its scratch folder",
    ("studies/verilog_mutants/judging.py", "shutil.copytree"): "a design of this run, into its scratch folder",
    ("scripts/prove_mutants_cpp.py", "np.save"): "what a copy hands to its parent, in the scratch folder",
    ("quant/comparison/splits.py", "symlink_to"): "a name for a file of the study that several of its folders share",
    ("fpgajet/rtl/tools/scratch.py", "tempfile.mkdtemp"): "a new folder for the log of a failure, which stays",
}  # fmt: skip


def written_outside(source: str) -> Iterator[str]:
    """Calls that open, create or replace a file, outside of what the writers handed out."""
    yield from _calls(ast.parse(source), safe=False)


def _calls(node: ast.AST, *, safe: bool) -> Iterator[str]:
    if isinstance(node, ast.With) and any(
        _name(item.context_expr).split(".")[-1] in HANDED_OUT for item in node.items
    ):
        safe = True
    if isinstance(node, ast.Call) and not safe and _writes(node):
        yield _name(node)
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, safe=safe)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Attribute):
        inner = _name(node.value)
        return f"{inner}.{node.attr}" if inner else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _writes(call: ast.Call) -> bool:
    name = _name(call)
    last = name.rpartition(".")[2]
    if (last == "open" and name != "os.open") or name == "h5py.File":
        words = [
            a.value for a in (*call.args, *(k.value for k in call.keywords)) if isinstance(a, ast.Constant)
        ]
        return any(isinstance(w, str) and len(w) < 4 and set(w) & set("wax+") for w in words)
    own = isinstance(call.func, ast.Name)
    return name in FUNCTIONS or (last in METHODS and not own and not name.startswith("files."))


def modules() -> Iterator[Path]:
    for folder in ("fpgajet", "quant", "scripts", "studies"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_nothing_else_writes() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), call)
        for path in modules()
        if path.relative_to(ROOT).as_posix() not in WRITERS
        for call in written_outside(path.read_text(encoding="utf-8"))
    }
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set(), "no longer needed"


@pytest.mark.parametrize(
    "line",
    [
        "open(path, 'w')", "path.open('ab')", "path.open(mode='x')", "path.write_text('')", "np.save(path, x)",
        "figure.savefig(path)", "h5py.File(path, 'a')", "onnx.save(model, path)", "path.rename(other)",
        "io.open(path, 'r+')", "with path.open('w') as stream: pass",
    ],
)  # fmt: skip
def test_a_write_is_found(line: str) -> None:
    assert list(written_outside(line))


@pytest.mark.parametrize(
    "line", ["path.open()", "open(path, 'rb')", "h5py.File(path, 'r')", "write_text(path, '')"]
)
def test_reading_and_the_writer_are_not(line: str) -> None:
    assert not list(written_outside(line))
