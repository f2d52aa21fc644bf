"""The one hardware row: what a stage writes stays as it was given, what a report shows is floating point."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from fpgajet.devices.hardware_row import HardwareRow

GIVEN = {"level": "rtl-synthesis", "ii": 1, "lut": None, "bram": 0.5, "carry8": None, "part": "xcvu9p"}


def test_a_stage_writes_the_keys_that_were_given_in_their_order() -> None:
    row = HardwareRow.model_validate(GIVEN)
    assert json.dumps(row.as_dict()) == json.dumps(GIVEN)


def test_a_report_has_every_key_but_the_seldom_ones() -> None:
    shown = HardwareRow.model_validate(GIVEN).model_dump(mode="json")
    assert isinstance(shown["ii"], float)
    assert shown["carry8"] is None
    assert shown["dsp"] is None
    assert "constituents" not in shown
    assert "carry8" not in HardwareRow(level="model").model_dump()
    assert HardwareRow(level="model", constituents=8).model_dump()["constituents"] == 8


def test_the_schema_is_that_of_the_fields() -> None:
    for mode in ("validation", "serialization"):
        schema = HardwareRow.model_json_schema(mode=mode)
        assert schema["properties"].keys() == HardwareRow.model_fields.keys()
        assert schema["required"] == ["level"]


def test_unknown_figures_are_mistakes() -> None:
    with pytest.raises(ValidationError, match="luts"):
        HardwareRow.model_validate({"level": "model", "luts": 5})


def test_order_does_not_count_in_comparisons() -> None:
    assert HardwareRow.model_validate(GIVEN) == HardwareRow.model_validate(dict(reversed(GIVEN.items())))
    assert HardwareRow.model_validate(GIVEN) != HardwareRow.model_validate(GIVEN | {"ii": 2})
