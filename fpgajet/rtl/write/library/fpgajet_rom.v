// One bit of a table: y = INIT[a], in one LUT6 for each 64 entries, joined by the multiplexers of the slice.
// Two modules in a file:
// verilator lint_off DECLFILENAME
// Primitives of UltraScale where a tool synthesises; FPGAJET_GENERIC keeps plain arithmetic for other families.
`ifdef SYNTHESIS
`ifndef FPGAJET_GENERIC
`define FPGAJET_ULTRASCALE
`endif
`endif
module fpgajet_rom #(parameter A = 6, parameter [(1<<A)-1:0] INIT = 0) (input [A-1:0] a, output y);
`ifdef FPGAJET_ULTRASCALE
  localparam LEVELS = A > 6 ? A - 6 : 0;
  wire [5:0] low = a;
  wire [(2<<LEVELS)-1:1] node;  // a tree: node 1 is the root, 2k and 2k + 1 are below k
  genvar i;
  generate
    for (i = 0; i < (1 << LEVELS); i = i + 1) begin : leaf
      if (A >= 6) LUT6 #(.INIT(INIT[64*i+:64])) lut (.I0(low[0]), .I1(low[1]), .I2(low[2]), .I3(low[3]), .I4(low[4]),
          .I5(low[5]), .O(node[(1<<LEVELS)+i]));
      else LUT6 #(.INIT({(64>>A){INIT}})) lut (.I0(low[0]), .I1(low[1]), .I2(low[2]), .I3(low[3]), .I4(low[4]),
          .I5(low[5]), .O(node[1]));
    end
    for (i = 1; i < (1 << LEVELS); i = i + 1) begin : level
      localparam DEPTH = $clog2(i + 1) - 1;  // of this node below the root
      if (LEVELS - DEPTH == 1) MUXF7 mux (.I0(node[2*i]), .I1(node[2*i+1]), .S(a[6]), .O(node[i]));
      else if (LEVELS - DEPTH == 2) MUXF8 mux (.I0(node[2*i]), .I1(node[2*i+1]), .S(a[7]), .O(node[i]));
      else assign node[i] = a[5+LEVELS-DEPTH] ? node[2*i+1] : node[2*i];
    end
  endgenerate
  assign y = node[1];
`else
  assign y = INIT[a];
`endif
endmodule

// Two bits of a table of at most 32 entries, in one LUT6_2.
module fpgajet_rom2 #(parameter A = 5, parameter [(1<<A)-1:0] INIT0 = 0, INIT1 = 0)
    (input [A-1:0] a, output [1:0] y);
`ifdef FPGAJET_ULTRASCALE
  wire [4:0] low = a;
  LUT6_2 #(.INIT({{(32>>A){INIT1}}, {(32>>A){INIT0}}})) lut (.I0(low[0]), .I1(low[1]), .I2(low[2]), .I3(low[3]),
      .I4(low[4]), .I5(1'b1), .O5(y[0]), .O6(y[1]));
`else
  assign y = {INIT1[a], INIT0[a]};
`endif
endmodule
