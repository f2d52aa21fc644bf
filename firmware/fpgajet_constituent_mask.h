// ConstituentMask: one bit a slot, set where its first number (energy or pT) is not zero. The beams' slots are always set.
// Defined by fpgajet/ops/constituent_mask.py; every bit must equal it.

#ifndef FPGAJET_CONSTITUENT_MASK_H_
#define FPGAJET_CONSTITUENT_MASK_H_

#include "fpgajet_select.h"

namespace nnet {

template <class p_T, class mask_T, typename CONFIG_T>
void constituent_mask(p_T p[CONFIG_T::constituents * CONFIG_T::columns], mask_T mask[CONFIG_T::constituents + 2 * CONFIG_T::beams]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=p complete
    #pragma HLS ARRAY_PARTITION variable=mask complete

    for (unsigned b = 0; b < 2 * CONFIG_T::beams; b++) {
        #pragma HLS UNROLL
        mask[b] = 1;
    }
    for (unsigned i = 0; i < CONFIG_T::constituents; i++) {
        #pragma HLS UNROLL
        mask[2 * CONFIG_T::beams + i] = select(p[CONFIG_T::columns * i] != 0, mask_T(1), mask_T(0));
    }
}

} // namespace nnet

#endif
