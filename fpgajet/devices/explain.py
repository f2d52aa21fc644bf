"""A budget's arithmetic in numbers and in words."""

from __future__ import annotations

from fpgajet.devices.budgets import BUNCH_CROSSING_NS, Budget, whole_clocks
from fpgajet.devices.links import arrivals, last_jet

#: orders in which the jets of an event arrive, for people
ORDERS = {
    "packed": "jet after jet without gaps",
    "aligned": "every jet from a new clock on",
    "interleaved": "word by word of all jets in turn",
}


def derived(budget: Budget, multiplicity: int) -> dict[str, float]:
    """Every figure that follows from a budget and the number of constituents of a jet."""
    first, last = arrivals(budget, multiplicity)[0], last_jet(budget, multiplicity, ii=1)
    return {
        "multiplicity": multiplicity,
        "clock_ns": budget.clock_ns,
        "clocks_per_crossing": budget.clocks_per_crossing,
        "event_spacing_ns": budget.event_spacing_ns,
        "clocks_per_event": budget.clocks_per_event,
        "words_per_event": budget.words_per_event,
        "words_per_jet": budget.words_per_jet(multiplicity),
        "input_clocks": first,
        "input_ns": first * budget.clock_ns,
        "last_jet_clocks": last.complete,
        "last_jet_ns": last.complete * budget.clock_ns,
        "queue_clocks": last.queue,
        "output_clocks": budget.output_clocks,
        "jets_per_instance": budget.jets_per_instance,
        "highest_ii": budget.highest_ii,
        "links_for_all_jets": budget.links_for_all_jets(multiplicity),
        "clocks_for_the_tagger": whole_clocks(budget.latency_ns, budget.clock_ns)
        - last.entered
        - last.output,
    }


def explain(budget: Budget, multiplicity: int) -> list[str]:
    """The same as sentences, one a line."""
    d = derived(budget, multiplicity)
    clock, links = f"{budget.clock_mhz:.6g} MHz", budget.input_links
    serialised = (
        f"on {links} link{'s' * (links > 1)} per instance the first jet is complete at clock {d['input_clocks']} "
        f"({d['input_ns']:.1f} ns), the last of {d['jets_per_instance']} at clock {d['last_jet_clocks']} "
        f"({d['last_jet_ns']:.1f} ns), {ORDERS[budget.jet_order]}"
        if links
        else "all jets arrive in parallel, in one clock"
    )
    return [
        f"{clock}: one clock is {d['clock_ns']:.3f} ns; a bunch crossing of {BUNCH_CROSSING_NS:g} ns "
        f"has {d['clocks_per_crossing']} clocks",
        f"time multiplex {budget.tmux}: one event per {d['event_spacing_ns']:g} ns a board "
        f"= {d['clocks_per_event']} clocks, so {d['words_per_event']} words of {budget.word_bits} bit a link "
        "an event",
        f"a jet of {multiplicity} constituents of {budget.constituent_bits} bit is "
        f"{d['words_per_jet']} words; "
        f"{serialised}",
        f"{budget.jets_per_event} jets an event on {budget.instances} "
        f"instance{'s' * (budget.instances > 1)}: "
        f"{d['jets_per_instance']} jets in {d['clocks_per_event']} clocks "
        f"need II <= {d['highest_ii']} (k times that with k times the instances)",
        _links_sentence(budget, d),
        f"latency limit {budget.latency_ns:g} ns: at II = 1 the last jet enters the tagger at clock "
        f"{d['last_jet_clocks'] + d['queue_clocks']}, of which it waits {d['queue_clocks']} for other jets; with "
        f"{d['output_clocks']} clock{'s' * (budget.output_clocks != 1)} of output, {d['clocks_for_the_tagger']} clocks "
        "are left for the tagger",
        "guards: "
        + ", ".join(f"{name.upper()} {share:.0%}" for name, share in budget.guards.model_dump().items())
        + " of the device and of one SLR",
    ]


def _links_sentence(budget: Budget, d: dict[str, float]) -> str:
    """Whether the links bring all jets of an event before the next event begins."""
    need = f"bringing all jets of an event to the board takes {d['links_for_all_jets']} links"
    if not budget.input_links:
        return need
    enough = d["last_jet_clocks"] <= d["clocks_per_event"]
    copies = f"{budget.instances} x " if budget.instances > 1 else ""
    words = (
        "which is enough" if enough else "WHICH IS NOT ENOUGH: the next event comes before the last jet is in"
    )
    return f"{need}; the budget has {copies}{budget.input_links}, {words}"
