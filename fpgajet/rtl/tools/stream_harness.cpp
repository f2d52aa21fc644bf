// Drives a module with two AXI4-Streams: offers words where `offer` allows, takes answers where `accept` does.
#include <cstdint>

#include "Vfpgajet_top.h"
#include "verilated.h"

extern "C" {
// Returns how many answers came; `clocks` is the length of `offer` and `accept`, `room` that of `answers`.
unsigned long stream(unsigned long clocks, const uint8_t *offer, const uint8_t *accept, unsigned long words,
                     const uint64_t *data, const uint8_t *last, unsigned long room, uint64_t *answers, uint8_t *ends,
                     unsigned long *taken) {
    VerilatedContext context;
    context.randReset(2); // registers start with anything
    context.randSeed(17);
    Vfpgajet_top top(&context);
    unsigned long given = 0, came = 0;
    bool held = false; // TVALID, once up, stays until the word is taken
    for (unsigned long t = 0; t < clocks + 4; t++) {
        bool reset = t < 4;
        held = !reset && given < words && (held || offer[t - 4]);
        top.aresetn = !reset;
        top.s_axis_tvalid = held;
        top.s_axis_tdata = held ? data[given] : 0xdeadbeefdeadbeefULL;
        top.s_axis_tlast = held ? last[given] : t & 1;
        top.m_axis_tready = !reset && accept[t - 4];
        top.aclk = 0;
        top.eval();
        bool in = top.s_axis_tvalid && top.s_axis_tready, out = top.m_axis_tvalid && top.m_axis_tready;
        if (out && came < room) {
            answers[came] = top.m_axis_tdata;
            ends[came] = top.m_axis_tlast;
        }
        top.aclk = 1;
        top.eval();
        came += out;
        if (in) {
            given++;
            held = false;
        }
    }
    *taken = given;
    top.final();
    return came;
}
}
