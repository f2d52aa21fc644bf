"""Recipes from the options of ``fpgajet data generate``."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgajet.cli.data.generate import recipe_of
from fpgajet.errors import BadInput
from fpgajet.physics.sample import described


def test_the_seeded_cone_preset() -> None:
    recipe = recipe_of(None, None, None, None, "seeded-cone", 140.0)
    assert recipe.mode == "level1-pileup"
    assert recipe.pileup.mean == 140.0
    assert (recipe.selection.algorithm, recipe.selection.radius) == ("seeded-cone", 0.8)
    assert "Beams:eCM = 14000" in recipe.common_settings
    words = described({"recipe": recipe.model_dump(mode="json")})
    assert words == "level1-pileup, 140 interactions per crossing, seeded cone R = 0.8, 500 < pT < 3000 GeV"


def test_pile_up_implies_its_mode() -> None:
    recipe = recipe_of(None, None, None, None, None, 0.0)
    assert (recipe.mode, recipe.pileup.mean) == ("level1-pileup", 0.0)


@pytest.mark.parametrize(
    ("mode", "preset", "pile_up", "words"),
    [
        ("truth", None, 200.0, "not truth"),
        (None, "seededcone", None, "reference, seeded-cone"),
    ],
)
def test_contradictions_are_named(mode: str | None, preset: str | None, pile_up: float, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        recipe_of(None, mode, None, None, preset, pile_up)


def test_one_recipe_only(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('mode = "truth"\n')
    with pytest.raises(BadInput, match="both name a recipe"):
        recipe_of(tmp_path / "a.toml", None, None, None, "reference")
