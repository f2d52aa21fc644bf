"""What to generate: for each class of jets, the Pythia settings and what the jet must contain."""

from __future__ import annotations

from dataclasses import dataclass

COMMON = (
    "Print:quiet = on",
    "PartonLevel:MPI = off",
    # Saves a tenth of the time; it looks for violated conservation laws, which are Pythia's own tests.
    "Check:event = off",
)
HADRONIC_W = ("24:onMode = off", "24:onIfAny = 1 2 3 4 5")
HADRONIC_Z = ("23:onMode = off", "23:onIfAny = 1 2 3 4 5")


@dataclass(frozen=True)
class Process:
    """One class of jets.

    ``settings``: Pythia lines; ``window``: (low, high) pTHat in GeV; ``resonance``: PDG code of the
    particle that, with all quarks of its decay, must lie in the jet (None: no condition).

    The windows' low edges cut into the jets' spectrum: with them the pT quartiles agree with the real
    reference set, which is harder than the plain cross section (docs/data.md).
    """

    settings: tuple[str, ...]
    window: tuple[float, float]
    resonance: int | None = None


#: one W decays to an electron or a muon, the other to quarks
_ONE_LEPTON = ("24:onMode = off", "24:onPosIfAny = 11 13", "24:onNegIfAny = 1 2 3 4 5")
_LEPTONIC_W = ("24:onMode = off", "24:onIfAny = 11 13")
_HIGGS_TO_B = ("25:m0 = 125", "25:onMode = off", "25:onIfMatch = 5 -5")

#: Whole events with a lepton, for networks of objects (mode ``events``).
EVENT_PROCESSES: dict[str, Process] = {
    "ttbar": Process(("Top:gg2ttbar = on", "Top:qqbar2ttbar = on", *_ONE_LEPTON), (20.0, 3000.0)),
    "Wjets": Process(
        ("WeakBosonAndParton:qqbar2Wg = on", "WeakBosonAndParton:qg2Wq = on", *_LEPTONIC_W), (30.0, 3000.0)
    ),
    "WH": Process(("HiggsSM:ffbar2HW = on", *_HIGGS_TO_B, *_LEPTONIC_W), (20.0, 3000.0)),
    "ttH": Process(
        ("HiggsSM:gg2Httbar = on", "HiggsSM:qqbar2Httbar = on", *_HIGGS_TO_B, *_ONE_LEPTON), (20.0, 3000.0)
    ),
    "Zprime": Process(
        (
            "NewGaugeBoson:ffbar2gmZZprime = on",
            "Zprime:gmZmode = 3",
            "32:m0 = 1000",
            "32:onMode = off",
            "32:onIfAny = 6",
            *_ONE_LEPTON,
        ),
        (20.0, 3000.0),
    ),
}

PROCESSES: dict[str, Process] = {
    "QCD": Process(("HardQCD:all = on",), (500.0, 1200.0)),
    "top": Process(("Top:gg2ttbar = on", "Top:qqbar2ttbar = on", *HADRONIC_W), (520.0, 1000.0), resonance=6),
    "W": Process(
        ("WeakBosonAndParton:qqbar2Wg = on", "WeakBosonAndParton:qg2Wq = on", *HADRONIC_W),
        (500.0, 1200.0),
        resonance=24,
    ),
    "Z": Process(
        (
            "WeakBosonAndParton:qqbar2gmZg = on",
            "WeakBosonAndParton:qg2gmZq = on",
            "WeakZ0:gmZmode = 2",
            *HADRONIC_Z,
        ),
        (500.0, 1200.0),
        resonance=23,
    ),
    "g": Process(("HardQCD:gg2gg = on", "HardQCD:qqbar2gg = on"), (500.0, 1200.0)),
    "q": Process(
        ("HardQCD:qq2qq = on", "HardQCD:gg2qqbar = on", "HardQCD:qqbar2qqbarNew = on"), (500.0, 1200.0)
    ),
}


def process_named(name: str) -> Process:
    """Of jets or of events."""
    return PROCESSES[name] if name in PROCESSES else EVENT_PROCESSES[name]
