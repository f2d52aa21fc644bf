// The largest of several values, found in a tree of comparisons.

#ifndef FPGAJET_LARGEST_H_
#define FPGAJET_LARGEST_H_

#include "fpgajet_select.h"

namespace nnet {

// Puts the larger of two into the first, as far as they are real.
template <class x_T, class e_T> void keep_larger(x_T &x, e_T &x_real, const x_T y, const e_T y_real) {
    #pragma HLS INLINE
    x = select(y_real != 0 && (x_real == 0 || x < y), y, x);
    x_real = select(y_real != 0, e_T(1), x_real);
}

// Puts the largest of the real ones into the first place; the others are of no use afterwards.
template <unsigned COUNT, class x_T, class e_T> void largest_first(x_T tree[COUNT], e_T real[COUNT]) {
    #pragma HLS INLINE
    for (unsigned level = 0; (1u << level) < COUNT; level++) {
        #pragma HLS UNROLL
        for (unsigned k = 0; k + (1u << level) < COUNT; k += 2u << level) {
            #pragma HLS UNROLL
            keep_larger<x_T, e_T>(tree[k], real[k], tree[k + (1u << level)], real[k + (1u << level)]);
        }
    }
}

} // namespace nnet

#endif
