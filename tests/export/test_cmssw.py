"""The target ``cmssw``: compiled with the Makefile it ships, loaded as CMSSW does, two versions in one process."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from fpgajet.errors import Mismatch
from fpgajet.export.cmssw import Repository, check_repository, write_repository
from fpgajet.export.templates import render
from fpgajet.ops.network import Network
from tests.networks import random_jets, random_network

MOMENTUM = ["energy", "px", "py", "pz"]

#: The interface as a page says it (hls4mlEmulatorExtras), written again: nothing of it is copied.
INTERFACE = """
#pragma once
#include <any>
namespace hls4mlEmulator {
struct Model {
  virtual void prepare_input(std::any input) = 0;
  virtual void predict() = 0;
  virtual void read_result(std::any result) = 0;
  virtual ~Model() = default;
};
}
"""
#: Loads libraries by name, as hls4mlEmulator::ModelLoader does, and keeps them open at the same time.
LOADER = """
#include <dlfcn.h>
#include <cstdint>
#include <cstdio>
#include <any>
#include "emulator.h"
#ifdef WITH_AP_TYPES
#include "ap_fixed.h"
#endif
int main(int argc, char **argv) {
  hls4mlEmulator::Model *models[2];
  void *libraries[2];
  for (int i = 0; i < 2; ++i) {
    libraries[i] = dlopen(argv[1 + i], RTLD_LAZY | RTLD_LOCAL);
    models[i] = reinterpret_cast<hls4mlEmulator::Model *(*)()>(dlsym(libraries[i], "create_model"))();
  }
  std::int32_t raw[12];
  float real[12], score;
  double precise;
  std::int64_t found;
  while (true) {
    for (int i = 0; i < 12; ++i)
      if (std::scanf("%d", &raw[i]) != 1) {
        for (int m = 0; m < 2; ++m)
          reinterpret_cast<void (*)(hls4mlEmulator::Model *)>(dlsym(libraries[m], "destroy_model"))(models[m]);
        return 0;
      } else {
        real[i] = raw[i] / 4.f;
      }
    models[0]->prepare_input(static_cast<std::int32_t *>(raw));
    models[1]->prepare_input(static_cast<const float *>(real));
    models[0]->predict();
    models[1]->predict();
    models[0]->read_result(&found);
    std::printf("%ld ", static_cast<long>(found));
    models[1]->read_result(&found);
    models[1]->read_result(&score);
    models[1]->read_result(&precise);
    std::printf("%ld %a %a", static_cast<long>(found), score, precise);
#ifdef WITH_AP_TYPES
    ap_fixed<14, 12, AP_RND_CONV, AP_SAT> fixed[12];
    ap_fixed<16, 6, AP_RND_CONV, AP_SAT> result;
    for (int i = 0; i < 12; ++i)
      fixed[i] = real[i];
    models[0]->prepare_input(static_cast<ap_fixed<14, 12, AP_RND_CONV, AP_SAT> *>(fixed));
    models[0]->predict();
    models[0]->read_result(&result);
    std::printf(" %a", result.to_double());
#endif
    std::printf("\\n");
  }
}
"""


def features_of(network: Network) -> np.ndarray:
    return network.form.features(random_jets(40, network.constituents))


def repository_of(network: Network, folder: Path, version: int) -> Repository:
    return write_repository(network, folder, f"top_tagger_v{version}", features_of(network))


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    extras = folder.parent / "extras"
    (extras / "include").mkdir(parents=True, exist_ok=True)
    (extras / "include" / "emulator.h").write_text(INTERFACE)
    command = ["make", f"EMULATOR_EXTRAS={extras}", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def networks() -> list[Network]:
    """Two versions of one tagger: the same names inside, other weights."""
    return [random_network(n=3, hidden=1, seed=seed) for seed in (1, 2)]


def test_two_versions_in_one_process(networks: list[Network], tmp_path: Path) -> None:
    """They give their own scores, from raw integers and from real numbers; the second one knows ap_ types too."""
    hls4ml = pytest.importorskip("hls4ml")
    types = Path(hls4ml.__file__).parent / "templates" / "vivado" / "ap_types"
    (tmp_path / "hls").mkdir()
    (tmp_path / "hls" / "include").symlink_to(types)
    for version, network in enumerate(networks, 1):
        folder = repository_of(network, tmp_path / f"r{version}", version).folder
        done = make(folder, "install", f"PREFIX={tmp_path / 'installed'}", f"HLS_ROOT={tmp_path / 'hls'}")
        assert done.returncode == 0, done.stderr
    libraries = sorted((tmp_path / "installed" / "lib64").iterdir())
    assert [path.name for path in libraries] == ["top_tagger_v1.so", "top_tagger_v2.so"]
    (tmp_path / "loader.cpp").write_text(LOADER)
    command = [
        "g++",
        "-std=c++17",
        "-w",
        "-DWITH_AP_TYPES",
        f"-I{tmp_path / 'extras' / 'include'}",
        f"-I{types}",
    ]
    subprocess.run([*command, "loader.cpp", "-ldl", "-o", "loader"], cwd=tmp_path, check=True)
    raw = np.random.default_rng(3).integers(-300, 300, (50, 3, 4))
    given = "\n".join(" ".join(map(str, jet.ravel())) for jet in raw)
    done = subprocess.run(
        ["./loader", *map(str, libraries)],
        cwd=tmp_path,
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    expected = [reference(network, raw) for network in networks]
    for k, column in enumerate(expected):
        np.testing.assert_array_equal([int(row[k]) for row in rows], column)
    assert (expected[0] != expected[1]).mean() > 0.5
    for column, scores in ((2, expected[1]), (3, expected[1]), (4, expected[0])):
        np.testing.assert_array_equal([float.fromhex(row[column]) for row in rows], scores / 1024)


def reference(network: Network, raw: np.ndarray) -> np.ndarray:
    from fpgajet.ops.integers import FixedArray

    assert network.output.operator.output.fraction == 10
    return network.reference(FixedArray(raw, 2))[network.output.name].raw.ravel()


def test_only_the_factory_functions_leave_the_library(networks: list[Network], tmp_path: Path) -> None:
    repository = repository_of(networks[0], tmp_path / "r", 1)
    assert make(repository.folder).returncode == 0
    library = repository.version_folder / "top_tagger_v1.so"
    listed = subprocess.run(
        ["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True
    )
    assert {line.split()[-1] for line in listed.stdout.splitlines()} == {"create_model", "destroy_model"}
    inner = subprocess.run(
        ["nm", "-C", "--defined-only", library], capture_output=True, text=True, check=True
    )
    ours = [line.split(" ", 2)[2] for line in inner.stdout.splitlines() if line.split()[1] in "TtWwVvDdRrBbu"]
    strange = [name for name in ours if "tagger" in name.lower() and "top_tagger_v1" not in name]
    assert strange == []
    assert any("top_tagger_v1::top_tagger_emulator_v1" in name for name in ours)


def test_the_shipped_check_finds_a_wrong_score(networks: list[Network], tmp_path: Path) -> None:
    repository = repository_of(networks[0], tmp_path / "r", 1)
    done = make(repository.folder, "check")
    assert (done.returncode, "40 events, 0 differ" in done.stdout) == (0, True), done.stderr
    assert make(repository.folder, "clean").returncode == 0
    assert not [p for p in repository.folder.rglob("*") if p.suffix in {".so", ".o"}]
    vectors = repository.version_folder / "test" / "vectors.txt"
    lines = vectors.read_text().splitlines()
    first, score = lines[7].rsplit(" ", 1)
    lines[7] = f"{first} {int(score) - 1}"
    vectors.write_text("\n".join(lines) + "\n")
    done = make(repository.folder, "check")
    assert done.returncode != 0
    assert "first wrong event: 7" in done.stderr
    (tmp_path / "work").mkdir()
    with pytest.raises(Mismatch, match="on 1 of 40 events"):
        check_repository(repository, tmp_path / "work")


def test_what_cmsdist_and_cmssw_read(networks: list[Network], tmp_path: Path) -> None:
    repository = repository_of(replace(networks[0], name="evil */ name"), tmp_path / "r", 3)
    spec = (repository.folder / "cmsdist" / "top_tagger.spec").read_text()
    assert "Requires: hls4mlEmulatorExtras hls" in spec
    tool = repository.folder / "cmsdist" / "scram-tools.file" / "tools" / "top_tagger" / "top_tagger.xml"
    names = {e.get("name"): e.get("default") for e in ElementTree.parse(tool).getroot().iter("environment")}
    assert names["LIBDIR"] == "$TOP_TAGGER_BASE/lib64"
    configuration = (repository.folder / "producer" / "python" / "top_tagger_cfi.py").read_text()
    calls = [node for node in ast.walk(ast.parse(configuration)) if isinstance(node, ast.Constant)]
    assert "L1TTopTaggerProducer" in {call.value for call in calls}
    assert "top_tagger_v3" in {call.value for call in calls}
    producer = (repository.folder / "producer" / "plugins" / "L1TTopTaggerProducer.cc").read_text()
    assert producer.index("loader_;") < producer.index("model_;"), (
        "the library closes after the model is gone"
    )
    texts = [p.read_text() for p in repository.folder.rglob("*") if p.is_file() and p.suffix != ".md"]
    assert not any("evil */" in text for text in texts)


@pytest.mark.parametrize(("labels", "filled"), [(MOMENTUM, True), ([*MOMENTUM, "charge"], False)])
def test_a_producer_does_not_leave_features_out(labels: list[str], filled: bool) -> None:
    """Candidates of CMSSW give four-momenta; other columns are the user's to fill in."""
    values = dict.fromkeys(("base", "name", "producer"), "a") | {"rows": 4, "outputs": 1, "form": "momenta"}
    text = render("cmssw", "producer.cc", **values, columns=len(labels), labels=labels)
    assert ("candidate->energy()" in text, "#error" in text) == (filled, not filled)
