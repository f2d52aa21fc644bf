// y = |a - b|: s = (a < b), two bits a LUT6_2 on a carry chain, then (a ^ s) + (~b ^ s) + 1, one LUT6_2 a bit.
// Primitives of UltraScale where a tool synthesises; FPGAJET_GENERIC keeps plain arithmetic for other families.
`ifdef SYNTHESIS
`ifndef FPGAJET_GENERIC
`define FPGAJET_ULTRASCALE
`endif
`endif
module fpgajet_distance #(parameter W = 1, SIGNED = 0)
    (input [W-1:0] a, input [W-1:0] b, output [W-1:0] y);
  // With the sign bit turned round, signed numbers compare and subtract as unsigned ones.
  wire [W-1:0] turn = SIGNED ? {1'b1, {W{1'b0}}} >> 1 : {W{1'b0}};
  wire [W-1:0] p = a ^ turn, q = b ^ turn;
`ifdef FPGAJET_ULTRASCALE
  localparam HALF = (W + 1) / 2;
  localparam COMPARE = (HALF + 7) / 8, BLOCKS = (W + 7) / 8;
  wire [2*HALF-1:0] u = p, v = q;
  wire [8*COMPARE-1:0] same, less, unused, chain;
  wire [8*BLOCKS-1:0] equal, first, difference, carry;
  wire s = chain[HALF-1];
  genvar i;
  generate
    // I0, I1: lower bits of a and b; I2, I3: upper. O6: equal. O5: a < b.
    for (i = 0; i < HALF; i = i + 1) begin : pair
      LUT6_2 #(.INIT(64'h0000900900004f04)) lut (.I0(u[2*i]), .I1(v[2*i]), .I2(u[2*i+1]), .I3(v[2*i+1]),
          .I4(1'b0), .I5(1'b1), .O6(same[i]), .O5(less[i]));
    end
    for (i = HALF; i < 8 * COMPARE; i = i + 1) begin : above
      assign same[i] = 1'b0;
      assign less[i] = 1'b0;
    end
    for (i = 0; i < COMPARE; i = i + 1) begin : comparison
      wire foot;
      if (i == 0) assign foot = 1'b0;
      else assign foot = chain[8*i-1];
      CARRY8 carry8 (.CI(foot), .CI_TOP(1'b0), .DI(less[8*i+:8]), .S(same[8*i+:8]), .O(unused[8*i+:8]),
          .CO(chain[8*i+:8]));
    end
    // O6: ~(a ^ b). O5: a ^ s.
    for (i = 0; i < W; i = i + 1) begin : bits
      LUT6_2 #(.INIT(64'h000000990000005a)) lut (.I0(p[i]), .I1(q[i]), .I2(s), .I3(1'b0), .I4(1'b0), .I5(1'b1),
          .O6(equal[i]), .O5(first[i]));
    end
    for (i = W; i < 8 * BLOCKS; i = i + 1) begin : beyond
      assign equal[i] = 1'b0;
      assign first[i] = 1'b0;
    end
    for (i = 0; i < BLOCKS; i = i + 1) begin : subtraction
      wire foot;
      if (i == 0) assign foot = 1'b1;
      else assign foot = carry[8*i-1];
      CARRY8 carry8 (.CI(foot), .CI_TOP(1'b0), .DI(first[8*i+:8]), .S(equal[8*i+:8]), .O(difference[8*i+:8]),
          .CO(carry[8*i+:8]));
    end
  endgenerate
  assign y = difference[W-1:0];
`else
  assign y = p < q ? q - p : p - q;
`endif
endmodule
