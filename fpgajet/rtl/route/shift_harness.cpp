// Jets through the shift registers around a tagger: in bit by bit, the highest first, and scores out in the same way.
#include "Vfpgajet_top.h"
#include "verilated.h"

extern "C" {
// Reads jets * bits_in bytes of 0 or 1, highest bit first, writes jets * bits_out; returns how many scores came in time.
unsigned long shift_run(unsigned long jets, unsigned bits_in, unsigned bits_out, unsigned latency, const unsigned char *in,
                        unsigned char *out) {
  VerilatedContext context;
  Vfpgajet_top top(&context);
  unsigned long came = 0;
  auto clock = [&]() {
    top.clk = 0;
    top.eval();
    top.clk = 1;
    top.eval();
  };
  top.rst = 1;
  top.valid_in = 0;
  top.bit_in = 0;
  for (unsigned k = 0; k < latency + 4; ++k) clock();
  top.rst = 0;
  for (unsigned long jet = 0; jet < jets; ++jet) {
    for (unsigned k = 0; k < bits_in; ++k) {
      top.bit_in = in[jet * bits_in + k];
      top.valid_in = k + 1 == bits_in;  // the tagger takes the jet one clock later, when its last bit is in
      clock();
    }
    top.valid_in = 0;
    // The jet is taken at the next edge; the score stands after `latency` edges, and is copied at one more.
    for (unsigned k = 0; k < latency; ++k) clock();
    came += top.valid_out;
    clock();
    for (unsigned k = 0; k < bits_out; ++k) {
      out[jet * bits_out + k] = top.bit_out;
      clock();
    }
  }
  return came;
}
}
