"""A budget's arithmetic in numbers and in words."""

from __future__ import annotations

from fpgajet.devices.budgets import BUNCH_CROSSING_NS, Budget


def derived(budget: Budget, multiplicity: int) -> dict[str, float]:
    """Every figure that follows from a budget and the number of constituents of a jet."""
    input_clocks = budget.input_clocks(multiplicity)
    fixed = input_clocks + budget.output_clocks + budget.queue_clocks(1)
    return {
        "multiplicity": multiplicity,
        "clock_ns": budget.clock_ns,
        "clocks_per_crossing": budget.clocks_per_crossing,
        "event_spacing_ns": budget.event_spacing_ns,
        "clocks_per_event": budget.clocks_per_event,
        "words_per_event": budget.words_per_event,
        "words_per_jet": budget.words_per_jet(multiplicity),
        "input_clocks": input_clocks,
        "input_ns": input_clocks * budget.clock_ns,
        "output_clocks": budget.output_clocks,
        "jets_per_instance": budget.jets_per_instance,
        "highest_ii": budget.highest_ii,
        "links_for_all_jets": budget.links_for_all_jets(multiplicity),
        "clocks_for_the_tagger": int(budget.latency_ns / budget.clock_ns) - fixed,
    }


def explain(budget: Budget, multiplicity: int) -> list[str]:
    """The same as sentences, one a line."""
    d = derived(budget, multiplicity)
    clock, links = f"{budget.clock_mhz:.6g} MHz", budget.input_links
    serialised = (
        f"on {links} link{'s' * (links > 1)} they take {d['input_clocks']} clocks = {d['input_ns']:.1f} ns, "
        "which adds to the latency"
        if links
        else "the jet arrives in parallel, in one clock"
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
        f"bringing all jets of an event to the board takes {d['links_for_all_jets']} links",
        f"latency limit {budget.latency_ns:g} ns: at II = 1, after input, the queue of jets and "
        f"{d['output_clocks']} clocks of output, {d['clocks_for_the_tagger']} clocks are left for the tagger",
        "guards: "
        + ", ".join(f"{name.upper()} {share:.0%}" for name, share in budget.guards.model_dump().items())
        + " of the device and of one SLR",
    ]
