"""Everything that decides the outcome of a search, kept in its directory; a search that goes on must agree with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fpgajet.devices import Budget, budget, chosen_clock, part
from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_json
from fpgajet.search.claims import Claims
from fpgajet.search.loading import load_space
from fpgajet.search.objectives import objectives_of
from fpgajet.search.space import Space

SETTINGS = "search.json"
Sampler = Literal["tpe", "nsga2", "random"]


class SearchSettings(BaseModel):
    """A search.

    Attributes:
        study: its name. identity: drawn when the directory was made; the study in the storage has the same one.
        space: what is searched. objectives: names, the first of which chooses the best. sampler, seed: of Optuna.
        budget, part, clock_mhz, ii: against which, and as what, designs are estimated where the space does not say.
        strict: whether a marginal verdict misses the budget. max_jets: only the first training jets are used.
        jets: hashes of the training and validation jets.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    study: str
    identity: str
    space: Space
    objectives: tuple[str, ...]
    sampler: Sampler
    seed: int = Field(ge=0, lt=2**32)
    budget: Budget
    part: str
    clock_mhz: float
    ii: int = Field(ge=1)
    strict: bool
    max_jets: int | None = Field(default=None, ge=1)
    jets: dict[str, str]


def new_settings(
    study: str,
    data: Path,
    *,
    family: str | None = None,
    space: Path | None = None,
    objectives: str = "auc,lut,latency",
    sampler: str = "tpe",
    seed: int = 0,
    slot: str | Path | None = None,
    device: str | None = None,
    clock_mhz: float | None = None,
    ii: int = 1,
    strict: bool = False,
    min_auc: float | None = None,
    max_jets: int | None = None,
) -> SearchSettings:
    """Settings from what a user gives.

    Args:
        slot: budget, a preset or a TOML file. device: the part; default: the budget's.
        min_auc: physics floor, in place of the budget's own.

    Raises:
        BadInput: something that cannot be used.
    """
    from quant.data.checking.identity import identity
    from quant.training.data import part_of

    names = objectives.replace(",", " ").split()
    objectives_of(names)
    if sampler not in get_args(Sampler):
        raise BadInput(f"no sampler {sampler!r}; there are {', '.join(get_args(Sampler))}.")
    chosen = budget() if slot is None else budget(slot)
    if min_auc is not None:
        if not 0 < min_auc < 1:
            raise BadInput(f"--min-auc {min_auc:g}: an AUC lies between 0 and 1.")
        chosen = chosen.model_copy(update={"min_auc": min_auc})
    values: dict[str, Any] = {
        "study": study, "identity": "", "space": load_space(family, space), "objectives": tuple(names),
        "sampler": sampler, "seed": seed, "budget": chosen,
        "part": part(chosen.part if device is None else device).full_name,
        "clock_mhz": chosen_clock(clock_mhz, chosen.clock_mhz), "ii": ii, "strict": strict, "max_jets": max_jets,
        "jets": {role: identity(part_of(data, role)).sha256 for role in ("train", "val")},
    }  # fmt: skip
    try:
        return SearchSettings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error


def claim(out: Path, wanted: SearchSettings) -> SearchSettings:
    """Make the directory of a search, or join the search that is there.

    Raises:
        BadInput: it holds a search with other settings. CannotWrite: it cannot be made.
    """
    import secrets

    with Claims(out).asking():
        if not (out / SETTINGS).exists():
            found = wanted.model_copy(update={"identity": secrets.token_hex(8)})
            write_json(out / SETTINGS, found.model_dump(mode="json"))
            return found
        found = read_search(out)
    same = wanted.model_copy(update={"identity": found.identity})
    differing = [name for name in type(found).model_fields if getattr(found, name) != getattr(same, name)]
    if differing:
        raise BadInput(
            f"{out} holds a search with other settings ({', '.join(differing)}): give those to go on, or another --out."
        )
    return found


def read_search(out: Path) -> SearchSettings:
    """The settings of a search.

    Raises:
        BadInput: there is none, or it was made by another version.
    """
    if not (out / SETTINGS).is_file():
        raise BadInput(
            f"{out} holds no search: it has no {SETTINGS}. Start one with `fpgajet search --out {out}`."
        )
    try:
        return SearchSettings.model_validate(read_json(out / SETTINGS))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(
            f"{out / SETTINGS} was not written by this version of fpgajet ({where}: {first['msg']})."
        ) from error
