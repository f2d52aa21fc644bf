"""Options from a settings class: every field is an option, and its description is the help."""

from __future__ import annotations

import typer
from pydantic import BaseModel, Field
from typer.testing import CliRunner

from fpgajet.cli.build import build
from fpgajet.cli.options import options_of
from fpgajet.pipeline.build_settings import FILE_ONLY, BuildSettings
from tests.conftest import Run


class Settings(BaseModel):
    clock_mhz: float | None = Field(None, description="Clock of the design.")
    name: str = Field("x", description="Its name.")
    strict: bool = Field(False, description="Be strict.")
    hidden: int = Field(1, description="Not an option.")


def call(*arguments: str) -> dict[str, object]:
    seen: dict[str, object] = {}

    @options_of(Settings, skip={"hidden"}, switches={"strict"})
    def command(own: int = 3, **given: object) -> int:
        seen.update(given, own=own)
        return 0

    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return seen


def test_options_that_are_not_given_are_none() -> None:
    assert call() == {"clock_mhz": None, "name": None, "strict": None, "own": 3}
    given = call("--clock-mhz", "200", "--strict", "--own", "5")
    assert given == {"clock_mhz": 200.0, "name": None, "strict": True, "own": 5}


def test_every_setting_of_a_build_is_an_option_with_its_help(fpgajet: Run) -> None:
    text = " ".join(fpgajet("build", "--help", COLUMNS="300").stdout.split())
    for name, field in BuildSettings.model_fields.items():
        assert field.description, name
        if name not in FILE_ONLY:
            assert f"--{name.replace('_', '-')} " in text
            assert field.description.replace("`", "") in text
    assert "--no-synth" in text
    assert "--no-strict" not in text
    assert "--test-bench-jets" not in text


def test_the_command_can_be_called_from_python() -> None:
    assert build.__name__ == "build"
    assert "Exit codes" in (build.__doc__ or "")
