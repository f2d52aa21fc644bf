"""The tagger behind shift registers: a jet has more bits than a small FPGA has pins, and pins would set its clock."""

from __future__ import annotations

from fpgajet.rtl.write.design import RtlDesign

TOP = "fpgajet_shifted"
#: Instance of the tagger in it.
TAGGER = "tagger"
#: Its pins.
PINS = ("clk", "rst", "bit_in", "valid_in", "bit_out", "valid_out")


def shifted(design: RtlDesign) -> str:
    """Verilog of a top module with five pins around ``fpgajet_top``: for timing and size, not for use."""
    bits_in, bits_out = (sum(shape.width for shape in formats) for formats in (design.jet, design.score))
    decision = design.threshold is not None
    shown = bits_out + decision
    port = ", .decision(decision)" if decision else ""
    lines = [
        f"// fpgajet_top behind shift registers of {bits_in} and {shown} bits: for place and route alone.",
        f"module {TOP} (input clk, input rst, input bit_in, input valid_in, output bit_out, output valid_out);",
        f"  reg [{bits_in - 1}:0] jet;",
        f"  reg [{shown - 1}:0] shown;",
        "  reg start;",
        f"  wire [{bits_out - 1}:0] score;",
        *(["  wire decision;"] if decision else []),
        f"  fpgajet_top {TAGGER} (.clk(clk), .rst(rst), .valid_in(start), .jet(jet), .valid_out(valid_out),",
        f"      .score(score){port});",
        f"  assign bit_out = shown[{shown - 1}];",
        "  always @(posedge clk) begin",
        f"    jet <= {_pushed('jet', bits_in, 'bit_in')};",
        "    start <= valid_in;",
        f"    shown <= valid_out ? {'{decision, score}' if decision else 'score'} : "
        f"{_pushed('shown', shown, chr(49) + chr(39) + 'b0')};",
        "  end",
        "endmodule",
        "",
    ]
    return "\n".join(lines)


def added_registers(design: RtlDesign) -> int:
    """Flip-flops of the shift registers, which are not the tagger's."""
    return sum(shape.width for shape in (*design.jet, *design.score)) + 1 + (design.threshold is not None)


def _pushed(register: str, bits: int, bit: str) -> str:
    return f"{{{register}[{bits - 2}:0], {bit}}}" if bits > 1 else bit
