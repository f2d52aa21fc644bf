"""Input forms: how a jet's four-momenta become the array of numbers that a network reads.

Every consumer of jets applies ``network.form.features`` once, so that all implementations get the same array.
Trigger forms deliver integers, in units of their own least significant bits: the input type of the network then
has no fraction, and float32 carries every value exactly.

To add a form: one file here, one entry in ``FORMS``, one test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from fpgajet.ops.forms.aligned import Aligned
from fpgajet.ops.forms.extra import ExtraFeature, extra_from_json
from fpgajet.ops.forms.form import Dots, Features, InputForm, Real, WantedDots
from fpgajet.ops.forms.given import GivenFeatures
from fpgajet.ops.forms.jet_features import JetFeatures
from fpgajet.ops.forms.log import Log
from fpgajet.ops.forms.momenta import Momenta
from fpgajet.ops.forms.objects import Objects
from fpgajet.ops.forms.puppi import Puppi
from fpgajet.ops.forms.trigger import Trigger
from fpgajet.ops.forms.with_features import WithFeatures

MOMENTA = Momenta()
FORMS: dict[str, type[InputForm]] = {form.name: form for form in (Momenta, Aligned, Trigger, Log, Puppi)}
#: Forms that a model file may state; those of foreign networks do not come from four-momenta, and features of a whole
#: jet and objects of an event are for their own families.
_READABLE: dict[str, type[InputForm]] = {
    **FORMS,
    GivenFeatures.name: GivenFeatures,
    JetFeatures.name: JetFeatures,
    Objects.name: Objects,
}


def form_from_json(given: Mapping[str, Any]) -> InputForm:
    """Inverse of :meth:`InputForm.to_json`; numbers left out take their defaults.

    Raises:
        ValueError: an unknown form, an unknown number, or one out of range.
    """
    numbers = dict(given)
    name = numbers.pop("form", None)
    if name not in _READABLE:
        raise ValueError(f"{name!r} is not an input form; there are {', '.join(FORMS)}")
    form = _READABLE[name]
    features = numbers.pop("features", None)
    if features is not None and not form.takes_features:
        able = ", ".join(known for known, kind in FORMS.items() if kind.takes_features)
        raise ValueError(f"the input form {name} takes no features of constituents beside momenta; {able} do")
    known = {f: type(v) for f, v in asdict(form()).items() if f != "extra"}
    odd = sorted(numbers.keys() - known.keys())
    if odd:
        raise ValueError(
            f"the input form {name} has no {', '.join(odd)}; it has {', '.join(known) or 'none'}"
        )
    for key, value in numbers.items():
        kind = known[key]
        if isinstance(value, bool) or not isinstance(value, kind if kind is str else (int, kind)):
            what = "a word" if kind is str else f"a number ({kind.__name__})"
            raise ValueError(f"{key} of the input form {name} is {what}")
    found = form(**{k: known[k](v) for k, v in numbers.items()})
    if features is None:
        return found
    assert isinstance(found, WithFeatures)
    return replace(found, extra=extra_from_json(features))


__all__ = [
    "FORMS",
    "MOMENTA",
    "Aligned",
    "Dots",
    "ExtraFeature",
    "Features",
    "GivenFeatures",
    "InputForm",
    "JetFeatures",
    "Log",
    "Momenta",
    "Objects",
    "Puppi",
    "Real",
    "Trigger",
    "WantedDots",
    "WithFeatures",
    "form_from_json",
]
