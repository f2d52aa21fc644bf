// Saturation, ReLU and masks of one value: y = (x | any over) & all gates & ~any kill, the controls for every bit.
// c holds the overs in its lowest bits, then the gates, then the kills. Up to three controls: two bits a LUT6_2.
// Primitives of UltraScale where a tool synthesises; FPGAJET_GENERIC keeps plain arithmetic for other families.
`ifdef SYNTHESIS
`ifndef FPGAJET_GENERIC
`define FPGAJET_ULTRASCALE
`endif
`endif
module fpgajet_limit #(parameter W = 1, OVERS = 0, GATES = 0, KILLS = 0)
    (input [W-1:0] x, input [OVERS+GATES+KILLS-1:0] c, output [W-1:0] y);
  localparam N = OVERS + GATES + KILLS;

  function limited(input bit_in, input [N-1:0] control);
    integer k;
    begin
      limited = bit_in;
      for (k = 0; k < OVERS; k = k + 1) limited = limited | control[k];
      for (k = OVERS; k < N; k = k + 1) limited = limited & (control[k] ^ (k >= OVERS + GATES));
    end
  endfunction

`ifdef FPGAJET_ULTRASCALE
  // Truth table of two bits (inputs 3 and 4) under three controls (inputs 0 to 2): O5 the lower, O6 the upper.
  function [63:0] table_of(input unused);
    integer k;
    for (k = 0; k < 32; k = k + 1) begin
      table_of[k] = limited(k[3], k[N-1:0]);
      table_of[32 + k] = limited(k[4], k[N-1:0]);
    end
  endfunction

  genvar i;
  generate
    if (N > 3) begin : wide
      for (i = 0; i < W; i = i + 1) assign y[i] = limited(x[i], c);
    end else begin : pairs
      wire [2:0] given = c;
      for (i = 0; i < W; i = i + 2) begin : two
        if (i + 1 < W)
          LUT6_2 #(.INIT(table_of(1'b0))) lut (.I0(given[0]), .I1(given[1]), .I2(given[2]),
              .I3(x[i]), .I4(x[i+1]), .I5(1'b1), .O5(y[i]), .O6(y[i+1]));
        else assign y[i] = limited(x[i], c);
      end
    end
  endgenerate
`else
  genvar i;
  generate for (i = 0; i < W; i = i + 1) assign y[i] = limited(x[i], c); endgenerate
`endif
endmodule
