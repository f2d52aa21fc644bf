// What AMD's primitives do (UG974), as far as our library uses them.
module LUT6_2 #(parameter [63:0] INIT = 0) (output O6, O5, input I0, I1, I2, I3, I4, I5);
  assign O6 = INIT[{I5, I4, I3, I2, I1, I0}];
  assign O5 = INIT[{1'b0, I4, I3, I2, I1, I0}];
endmodule
module LUT6 #(parameter [63:0] INIT = 0) (output O, input I0, I1, I2, I3, I4, I5);
  assign O = INIT[{I5, I4, I3, I2, I1, I0}];
endmodule
module MUXF7 (output O, input I0, I1, S);
  assign O = S ? I1 : I0;
endmodule
module MUXF8 (output O, input I0, I1, S);
  assign O = S ? I1 : I0;
endmodule
module CARRY8 (output [7:0] CO, O, input CI, CI_TOP, input [7:0] DI, S);
  wire [8:0] c = {CO, CI};
  genvar i;
  for (i = 0; i < 8; i = i + 1) assign CO[i] = S[i] ? c[i] : DI[i];
  assign O = S ^ c[7:0];
endmodule
