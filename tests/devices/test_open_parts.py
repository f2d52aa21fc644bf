"""Parts that open tools route, on the command line."""

from __future__ import annotations

import json

from tests.conftest import Run


def test_parts_of_open_tools_are_listed_and_shown(fpgajet: Run) -> None:
    listed = fpgajet("parts").stdout
    assert "ecp5-85k" in listed
    assert "gowin-20k" in listed
    assert json.loads(fpgajet("parts", "LFE5U-85F-6BG381C", "--json").stdout)["dsp"] == 156
