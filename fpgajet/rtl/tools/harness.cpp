// Drives the Verilated top module clock by clock and records what it shows after every rising edge.
// Widths do not matter here: ports are copied as bytes, which Verilator keeps little-endian and zero-padded.
#include <cstdint>
#include <cstring>

#include "Vfpgajet_top.h"
#include "verilated.h"

extern "C" {
unsigned jet_bytes() { return sizeof(Vfpgajet_top().jet); }
unsigned score_bytes() { return sizeof(Vfpgajet_top().score); }

// All arrays have one row a clock; rows of `jets` and `scores` are jet_bytes() and score_bytes() long.
void run(unsigned long clocks, const uint8_t *jets, const uint8_t *valid_in, const uint8_t *rst, uint8_t *scores,
         uint8_t *valid_out, uint8_t *decisions) {
    VerilatedContext context;
    context.randReset(2); // registers start with anything
    context.randSeed(17);
    Vfpgajet_top top(&context);
    for (unsigned long t = 0; t < clocks; t++) {
        std::memcpy(&top.jet, jets + t * sizeof(top.jet), sizeof(top.jet));
        top.valid_in = valid_in[t];
        top.rst = rst[t];
        top.clk = 0;
        top.eval();
        top.clk = 1;
        top.eval();
        std::memcpy(scores + t * sizeof(top.score), &top.score, sizeof(top.score));
        valid_out[t] = top.valid_out;
#ifdef FPGAJET_DECISION
        decisions[t] = top.decision;
#endif
    }
    top.final();
}
}
