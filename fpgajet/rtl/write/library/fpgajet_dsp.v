// What becomes one DSP48E2 each (AMD UG579): A and D up to 27 bits, B up to 18, P up to 48, all signed.
// Behavioural; the pipeline registers are outside, in fpgajet_top, where vendor tools pull them in.
// Two modules in a file, and bits above the result:
// verilator lint_off DECLFILENAME
// verilator lint_off UNUSEDSIGNAL

// a * b
module fpgajet_product #(parameter WA = 1, SA = 0, WB = 1, SB = 0, WP = 1)
    (input [WA-1:0] a, input [WB-1:0] b, output [WP-1:0] p);
  wire signed [WA:0] x = {SA ? a[WA-1] : 1'b0, a};
  wire signed [WB:0] y = {SB ? b[WB-1] : 1'b0, b};
  (* use_dsp = "yes" *) wire signed [WA+WB+1:0] m = x * y;
  assign p = m[WP-1:0];
endmodule

// z + (a + d) * b + w, or with PRE = -1: a - d, with SIGN = -1: z - ((...) * b + w). Unused ports get 0.
// z comes from the block before over the cascade, or from the C port; next to a cascade, w is the C port.
module fpgajet_mac #(parameter WA = 1, SA = 0, WB = 1, SB = 0, WD = 1, SD = 0, PRE = 1, SIGN = 1, WP = 1)
    (input [WA-1:0] a, input [WB-1:0] b, input [WD-1:0] d, input [WP-1:0] z, input [WP-1:0] w,
     output [WP-1:0] p);
  wire signed [26:0] x = {{(27-WA){SA ? a[WA-1] : 1'b0}}, a};
  wire signed [26:0] y = {{(27-WD){SD ? d[WD-1] : 1'b0}}, d};
  wire signed [26:0] ad = PRE == 1 ? x + y : x - y;
  wire signed [WB:0] f = {SB ? b[WB-1] : 1'b0, b};
  (* use_dsp = "yes" *) wire signed [WB+27:0] m = ad * f;
  // The sign is extended:
  // verilator lint_off WIDTHEXPAND
  wire signed [47:0] wide = m;
  // verilator lint_on WIDTHEXPAND
  assign p = SIGN == 1 ? z + (wide[WP-1:0] + w) : z - (wide[WP-1:0] + w);
endmodule
