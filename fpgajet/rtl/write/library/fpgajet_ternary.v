// a +- b +- c with one look-up table a bit: each LUT adds three bits, hands the carry of the three to its
// neighbour (O5), and feeds the carry chain (O6). Xilinx UltraScale: UG574, LUT6_2 and CARRY8.
// Primitives of UltraScale where a tool synthesises; FPGAJET_GENERIC keeps plain arithmetic for other families.
`ifdef SYNTHESIS
`ifndef FPGAJET_GENERIC
`define FPGAJET_ULTRASCALE
`endif
`endif
module fpgajet_ternary #(parameter W = 1, NB = 0, NC = 0)
    (input [W-1:0] a, input [W-1:0] b, input [W-1:0] c, output [W-1:0] y);
`ifdef FPGAJET_ULTRASCALE
  localparam BLOCKS = (W + 7) / 8;

  // Truth table: inputs a, b, c, carry of the bit below; O6 = a ^ b ^ c ^ carry, O5 = majority of a, b, c.
  function [63:0] table_of(input nb, input nc);
    integer k;
    for (k = 0; k < 32; k = k + 1) begin
      table_of[32 + k] = k[0] ^ (k[1] ^ nb) ^ (k[2] ^ nc) ^ k[3];
      table_of[k] = (k[0] & (k[1] ^ nb)) | (k[0] & (k[2] ^ nc)) | ((k[1] ^ nb) & (k[2] ^ nc));
    end
  endfunction

  wire [8*BLOCKS-1:0] s, di, o, co;
  wire [W:0] m;
  assign m[0] = NB && NC;  // two negated operands need + 2: one here, one at the foot of the chain
  genvar i;
  generate
    for (i = 0; i < W; i = i + 1) begin : bits
      LUT6_2 #(.INIT(table_of(NB != 0, NC != 0))) lut (
          .I0(a[i]), .I1(b[i]), .I2(c[i]), .I3(m[i]), .I4(1'b0), .I5(1'b1), .O6(s[i]), .O5(m[i+1]));
      assign di[i] = m[i];
    end
    for (i = W; i < 8 * BLOCKS; i = i + 1) begin : unused
      assign s[i] = 1'b0;
      assign di[i] = 1'b0;
    end
    for (i = 0; i < BLOCKS; i = i + 1) begin : chain
      wire foot;
      if (i == 0) assign foot = NB || NC;
      else assign foot = co[8*i-1];
      CARRY8 carry (.CI(foot), .CI_TOP(1'b0), .DI(di[8*i+:8]), .S(s[8*i+:8]), .O(o[8*i+:8]), .CO(co[8*i+:8]));
    end
  endgenerate
  assign y = o[W-1:0];
`else
  assign y = (NB ? a - b : a + b) + (NC ? -c : c);
`endif
endmodule
