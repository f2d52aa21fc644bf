// Fields of words of 64 bits in pieces of 16, the lowest first: pT 13:0, eta 25:14, phi 36:26.
// Defined by fpgajet/ops/puppi_words.py; every bit must equal it.

#ifndef FPGAJET_PUPPI_WORDS_H_
#define FPGAJET_PUPPI_WORDS_H_

#include "fpgajet_select.h"

namespace nnet {

// Bits of a word in three pieces: pT 13:0, eta 25:14, phi 36:26.
template <class x_T> void unpack_puppi(x_T piece[4], ap_uint<14> &pt, ap_int<12> &eta, ap_int<11> &phi) {
    #pragma HLS INLINE
    const ap_uint<16> low = piece[0], middle = piece[1], high = piece[2];
    pt = low.range(13, 0);
    eta = 0;  // nothing is read before it is written
    phi = 0;
    eta.range(1, 0) = low.range(15, 14);
    eta.range(11, 2) = middle.range(9, 0);
    phi.range(5, 0) = middle.range(15, 10);
    phi.range(10, 6) = high.range(4, 0);
}

// phi within half a turn (720), as far as one turn more or less brings it there.
template <unsigned HALF_TURN> ap_int<14> wrapped_phi(ap_int<14> phi) {
    #pragma HLS INLINE
    const auto beyond = phi >= int(HALF_TURN), before = phi < -int(HALF_TURN);
    phi -= select(beyond, ap_int<14>(2 * HALF_TURN), ap_int<14>(0));
    phi += select(before, ap_int<14>(2 * HALF_TURN), ap_int<14>(0));
    return phi;
}

} // namespace nnet

#endif
