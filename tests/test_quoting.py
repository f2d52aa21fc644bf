"""Text from outside in Tcl, C++, Verilog and VHDL: tried with the real tools where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet import quoting
from fpgajet.devices import part_names
from fpgajet.errors import BadInput
from fpgajet.hls.tcl import Target, read_target

#: What has a meaning in one of the languages.
NASTY = st.text(st.sampled_from("\"\\[]{}$;#\n\r\t\0`*/%?'-_ aZ09\u00e9\u2028\U0001f600"), max_size=30)
ATTACKS = [
    'x"[exit]',
    "$env(HOME)",
    "a;b",
    "{",
    "}",
    "\\",
    "a\nb",
    '"',
    "%0d",
    "??/",
    "*/ int x; /*",
    "`include",
    "x[exec ls]",
]


@given(NASTY | st.text(max_size=20))
def test_nothing_is_substituted_in_tcl(text: str) -> None:
    quoted = quoting.tcl(text)
    assert re.fullmatch(r'"(?:[A-Za-z0-9_.,:%/+=@^~ -]|\\u[0-9a-f]{4})*"', quoted)
    units = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), quoted[1:-1])
    assert units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass") == text


@pytest.mark.skipif(not shutil.which("tclsh"), reason="no tclsh")
def test_tcl_reads_what_was_quoted() -> None:
    script = "".join(
        f"puts [binary encode hex [encoding convertto utf-8 {quoting.tcl(t)}]]\n" for t in ATTACKS
    )
    done = subprocess.run(["tclsh"], input=script, capture_output=True, text=True, check=True)
    assert [bytes.fromhex(line).decode() for line in done.stdout.split("\n")[:-1]] == ATTACKS


def test_the_compiler_skips_what_is_in_a_comment(tmp_path: Path) -> None:
    lines = "".join(f'    // {quoting.comment(t)}\n    puts("{k}");\n' for k, t in enumerate(ATTACKS))
    (tmp_path / "a.cpp").write_text(f"#include <cstdio>\nint main() {{\n{lines}}}\n")
    command = ["g++", "-Wall", "-Werror", "-trigraphs", "-o", str(tmp_path / "a"), str(tmp_path / "a.cpp")]
    subprocess.run(command, check=True)
    said = subprocess.run([tmp_path / "a"], capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(k) for k in range(len(ATTACKS))]


@given(NASTY | st.text(max_size=20))
def test_comments_end_where_they_should(text: str) -> None:
    comment = quoting.comment(text)
    assert re.fullmatch(r"[ -\[\]-_a-~]*", comment)
    assert not re.search(r"\*/|/\*|\?\?", comment)


@given(NASTY | st.text(max_size=20))
def test_a_name_is_one_in_every_language(text: str) -> None:
    name = quoting.identifier(text)
    assert re.fullmatch(r"[A-Za-z](?:_?[A-Za-z0-9])*", name)  # VHDL allows no double underscore
    assert quoting.is_identifier(name)


def test_names_of_models_stay_as_they_were() -> None:
    assert quoting.identifier("npelican-n16-c2") == "npelican_n16_c2"
    assert quoting.identifier("16 jets") == "model_16_jets"


@settings(max_examples=50)
@given(st.sampled_from(ATTACKS) | NASTY, st.sampled_from(["die", "end", "whole"]))
def test_no_part_name_carries_tcl(text: str, where: str) -> None:
    good = "xcvu9p-flga2104-2L-e"
    assert part_names.parse(good) is not None
    tried = {"die": text + good, "end": good + text, "whole": text}[where]
    assert tried == good or part_names.parse(tried) is None


def test_the_target_is_read_back_and_nothing_else(tmp_path: Path) -> None:
    target = Target("npelican_n16_c2", "vitis", "xcvu9p-flga2104-2L-e", 360.0)
    path = tmp_path / "project.tcl"
    path.write_text(target.text())
    found = read_target(tmp_path, "vitis")
    assert (found.project, found.part) == (target.project, target.part)
    assert found.text() == target.text()
    for old, new in {
        target.part: target.part + "[exit]",
        target.project: "a/../b",
        "clock_period 2.7778": "clock_period nan",
        "clock_period 2": "clock_period [exec touch x]2",
    }.items():
        assert old in target.text()
        path.write_text(target.text().replace(old, new))
        with pytest.raises(BadInput, match=r"project\.tcl does not hold"):
            read_target(tmp_path, "vitis")
