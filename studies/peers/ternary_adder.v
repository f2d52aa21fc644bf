// alkaid's adder of three operands with one look-up table a bit (fpgajet_ternary), in place of its `a + b + c`, from
// which Vivado makes the same and Yosys makes two chains. Same name, parameters and function.
// out = (+-in0 << PAD0) +- (in1 << PAD1) +- (in2 << PAD2), without the DROP_LSBS lowest bits.
module ternary_adder #(
    parameter BW_INPUT0 = 32, parameter SIGNED0 = 0, parameter NEGATE0 = 0, parameter PAD0 = 0,
    parameter BW_INPUT1 = 32, parameter SIGNED1 = 0, parameter NEGATE1 = 0, parameter PAD1 = 0,
    parameter BW_INPUT2 = 32, parameter SIGNED2 = 0, parameter NEGATE2 = 0, parameter PAD2 = 0,
    parameter BW_OUT = 32, parameter DROP_LSBS = 0
) (
    input [BW_INPUT0-1:0] in0,
    input [BW_INPUT1-1:0] in1,
    input [BW_INPUT2-1:0] in2,
    output [BW_OUT-1:0] out
);
  localparam W = BW_OUT + DROP_LSBS;
  // FIRST is an operand that is added, if there is one: fpgajet_ternary negates the other two only.
  localparam FIRST = NEGATE0 == 0 ? 0 : NEGATE1 == 0 ? 1 : 2;
  localparam PLAIN = NEGATE0 != 0 && NEGATE1 != 0 && NEGATE2 != 0;
  // Below START, at most one operand has bits: they are copied, unless it is negated.
  localparam LOW = PAD0 <= PAD1 && PAD0 <= PAD2 ? 0 : PAD1 <= PAD2 ? 1 : 2;
  localparam ONE = LOW == 0 ? PAD1 : PAD0;
  localparam TWO = LOW == 2 ? PAD1 : PAD2;
  localparam NEXT = ONE < TWO ? ONE : TWO;
  localparam NEGATED = LOW == 0 ? NEGATE0 : LOW == 1 ? NEGATE1 : NEGATE2;
  localparam START = NEGATED != 0 ? 0 : NEXT < W ? NEXT : W;
  localparam WIDE = W + BW_INPUT0 + BW_INPUT1 + BW_INPUT2 + PAD0 + PAD1 + PAD2;

  wire [WIDE-1:0] x0 = {{(WIDE - BW_INPUT0){SIGNED0 != 0 && in0[BW_INPUT0-1]}}, in0} << PAD0;
  wire [WIDE-1:0] x1 = {{(WIDE - BW_INPUT1){SIGNED1 != 0 && in1[BW_INPUT1-1]}}, in1} << PAD1;
  wire [WIDE-1:0] x2 = {{(WIDE - BW_INPUT2){SIGNED2 != 0 && in2[BW_INPUT2-1]}}, in2} << PAD2;
  wire [W-1:0] a = FIRST == 0 ? x0 : FIRST == 1 ? x1 : x2;
  wire [W-1:0] b = FIRST == 0 ? x1 : x0;
  wire [W-1:0] c = FIRST == 2 ? x1 : x2;
  wire [W-1:0] low = LOW == 0 ? x0 : LOW == 1 ? x1 : x2;
  wire [W-1:0] y;

  generate
    if (PLAIN) begin : negative
      assign y = -a - b - c;
    end else begin : chain
      if (START > 0) begin : copied
        assign y[START-1:0] = low[START-1:0];
      end
      if (START < W) begin : added
        fpgajet_ternary #(
            .W(W - START), .NB(FIRST == 0 ? NEGATE1 : NEGATE0), .NC(FIRST == 2 ? NEGATE1 : NEGATE2)
        ) sum (.a(a[W-1:START]), .b(b[W-1:START]), .c(c[W-1:START]), .y(y[W-1:START]));
      end
    end
  endgenerate
  assign out = y[W-1:DROP_LSBS];
endmodule
