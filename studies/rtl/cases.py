"""The cases of scripts/sweep_rtl.py: name, network and switches of each line of its tables."""

from __future__ import annotations

from collections.abc import Iterator

from fpgajet.fixed import Rounding
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions
from studies.variants.networks import (
    make_asymmetric,
    make_symmetric,
    make_unit,
    resized,
    rounded,
    with_pair_weights,
    with_types,
    wrapped,
    zoo_network,
)
from studies.variants.options import (
    ordered_pairs,
    weights_from_input,
    with_batch_norms,
    with_form_of,
    with_row_sums,
)

Case = tuple[str, Network, RtlOptions]

FLOW = {
    "all": RtlOptions(),
    "equal sums not shared": RtlOptions(share=False),
    "gates not merged": RtlOptions(merge=False),
    "no Winograd": RtlOptions(winograd=False),
    "no accumulation in DSP": RtlOptions(accumulate=False),
    "no adders of three": RtlOptions(ternary=False),
    "all products in LUT": RtlOptions(multipliers="lut"),
    "none": RtlOptions(share=False, merge=False, winograd=False, accumulate=False, ternary=False),
}


def options(network: Network) -> Iterator[Case]:
    """Switches of the flow, which change no bit of the score; then properties of the model."""
    plain = RtlOptions()
    for name, switches in FLOW.items():
        yield name, network, switches
    yield "all ordered pairs instead of i <= j", ordered_pairs(network), plain
    yield "batch normalisation as arithmetic", with_batch_norms(network), plain
    yield "w2 and w3 differ", with_pair_weights(network, make_asymmetric), plain
    yield "w2 = w3", with_pair_weights(network, make_symmetric), plain
    yield "w0 = +-2^k", with_pair_weights(network, make_unit), plain
    both = with_pair_weights(with_pair_weights(network, make_symmetric), make_unit)
    yield "w2 = w3 and w0 = +-2^k", both, plain
    yield "row sums p_i . J", with_row_sums(network), plain
    yield "inputs pT, eta, phi", with_form_of(network, "npelican-n16-c2-trigger"), plain
    yield "inputs log pT, eta, phi", with_form_of(network, "npelican-n16-c2-log"), plain
    variable = weights_from_input(network)
    yield "weights no constants, their products in LUT", variable, RtlOptions(multipliers="auto")
    yield "weights no constants, their products in DSP", variable, plain
    for rounding in Rounding:
        yield f"rounding {rounding.name.lower()}", with_types(network, rounded(rounding)), plain
    apart = with_types(network, rounded(Rounding.HALF_UP))
    yield "rounding half_up, halves not folded into biases", apart, RtlOptions(halves=False)
    yield "wrap instead of saturation", with_types(network, wrapped), plain
    n = network.input_shape[0]
    trigger = resized(zoo_network("npelican-n16-c2-trigger"), n)
    yield "trigger model: all", trigger, plain
    yield "trigger model: narrow products in LUT", trigger, RtlOptions(max_dsp=n * (n - 1) // 2)
    yield "trigger model: all products in LUT", trigger, RtlOptions(multipliers="lut")
