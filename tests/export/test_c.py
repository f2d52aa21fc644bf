"""The C emulator: same bits as the reference, its package as a user builds it, and names that do not clash."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput, MissingTool, ToolFailed
from fpgajet.export.c import Emulator, compile_emulator, write_package, write_sources
from fpgajet.export.names import identifier
from fpgajet.files import sha256
from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.verify.vectors import edge_vectors
from tests.networks import LOG, PUPPI, TRIGGER, random_jets, random_network
from tests.vecnets import every_network

NETWORKS = {
    "momenta": random_network(),
    "half-up": random_network(rounding="AP_RND"),
    "floor": random_network(rounding="AP_TRN"),
    "trigger": random_network(form=TRIGGER),
    "log": random_network(form=LOG),
    "puppi": random_network(form=PUPPI),
    **dict(every_network()),
}


def features_of(network: Network, jets: int = 61) -> np.ndarray:
    """Jets and edge vectors; their number is no multiple of the vector length."""
    features = network.form.features(random_jets(jets, network.constituents))
    return np.concatenate([features, *edge_vectors(network, 200, 3, features).values()])


def package_of(network: Network, folder: Path, name: str = "tagger_v1") -> Path:
    write_package(network, folder, name, features_of(network), "0" * 64)
    return folder


@pytest.mark.parametrize("name", NETWORKS)
def test_every_stage_equals_the_reference(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]
    package = write_sources(network, tmp_path, "tagger_v1", every_stage=True)
    library = compile_emulator(package, tmp_path / "tagger.so", ("-O1", "-Wall", "-Wextra", "-Werror"))
    features = features_of(network)
    found = Emulator(package, library, network.input_type).stages(features)
    raw = from_real(features, network.input_type)
    expected = network.reference(FixedArray(raw, network.input_type.fraction))
    assert list(found) == [node.name for node in network.nodes]
    for stage, values in found.items():
        np.testing.assert_array_equal(values, expected[stage].real, err_msg=stage)
    assert len(np.unique(found[network.output.name])) > 10


def test_the_package_checks_itself_and_finds_a_wrong_score(tmp_path: Path) -> None:
    folder = package_of(NETWORKS["momenta"], tmp_path)
    done = subprocess.run(["make", "check"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "0 differ" in done.stdout
    vectors = (folder / "vectors.txt").read_text().splitlines()
    inputs, score = vectors[5].rsplit(" ", 1)
    vectors[5] = f"{inputs} {int(score) + 1}"
    (folder / "vectors.txt").write_text("\n".join(vectors) + "\n")
    done = subprocess.run(["./tagger_v1_test"], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, "1 differ" in done.stdout) == (1, True)
    assert "first wrong event: 5" in done.stderr
    (folder / "vectors.txt").write_text("1 2 3\n")
    done = subprocess.run(["./tagger_v1_test"], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, "damaged" in done.stderr) == (2, True)


def test_the_manifest_names_every_file(tmp_path: Path) -> None:
    folder = package_of(NETWORKS["momenta"], tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {path.name for path in folder.iterdir()} == {*manifest["files"], "manifest.json"}
    assert all(sha256(folder / name) == digest for name, digest in manifest["files"].items())
    again = package_of(NETWORKS["momenta"], tmp_path / "again")
    assert (again / "manifest.json").read_bytes() == (folder / "manifest.json").read_bytes()


def test_the_python_module(tmp_path: Path) -> None:
    network = NETWORKS["momenta"]
    folder = package_of(network, tmp_path)
    subprocess.run(["make"], cwd=folder, capture_output=True, check=True)
    features = features_of(network)
    np.save(tmp_path / "features.npy", features)
    program = """
import numpy as np, tagger_v1
features = np.load("features.npy")
print(*tagger_v1.scores(features)[:, 0])
features[3, 0, 0] = np.nan
try:
    tagger_v1.scores(features)
except ValueError as error:
    print("refused:", error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    scores, refusal = done.stdout.splitlines()
    raw = from_real(features, network.input_type)
    expected = network.reference(FixedArray(raw, network.input_type.fraction))[network.output.name].real
    np.testing.assert_array_equal(np.array(scores.split(), float), expected.ravel())
    assert "not finite" in refusal


def test_two_versions_live_in_one_process(tmp_path: Path) -> None:
    """Opened as CMSSW opens emulators, and no symbol is shared."""
    libraries = []
    for version, seed in ((1, 1), (2, 7)):
        name = identifier("tagger", version)
        package = write_sources(random_network(seed=seed), tmp_path, name)
        path = compile_emulator(package, tmp_path / f"{name}.so")
        libraries.append((package, path, ctypes.CDLL(str(path), mode=0x00001)))  # RTLD_LAZY | RTLD_LOCAL
    names = []
    for package, path, _ in libraries:
        listed = subprocess.run(
            ["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True
        )
        names.append({line.split()[-1] for line in listed.stdout.splitlines()})
        assert names[-1] == {f"{package.name}_run", f"{package.name}_quantise"}
    assert not names[0] & names[1]
    features = features_of(random_network())
    scores = []
    for (package, path, _), seed in zip(libraries, (1, 7), strict=True):
        network = random_network(seed=seed)
        scores.append(Emulator(package, path, network.input_type).stages(features)["score"])
        raw = from_real(features, network.input_type)
        expected = network.reference(FixedArray(raw, network.input_type.fraction))["score"].real
        np.testing.assert_array_equal(scores[-1], expected)
    assert (scores[0] != scores[1]).any()


@pytest.mark.parametrize("model", ["2fast", "", "signal", "class", "x" * 80, "___"])
def test_names_that_no_language_takes_are_refused(model: str) -> None:
    with pytest.raises(BadInput, match="--name"):
        identifier(model, 1)


def test_names() -> None:
    assert identifier("npelican-n16-c2", 3) == "npelican_n16_c2_v3"
    with pytest.raises(BadInput, match="version"):
        identifier("tagger", 0)


def test_no_compiler_and_a_compiler_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = write_sources(NETWORKS["momenta"], tmp_path, "tagger_v1")
    package.sources[-1].write_text("not C")
    with pytest.raises(ToolFailed, match=r"could not compile .* error"):
        compile_emulator(package, tmp_path / "tagger.so")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool, match="apt-get"):
        compile_emulator(package, tmp_path / "tagger.so")
