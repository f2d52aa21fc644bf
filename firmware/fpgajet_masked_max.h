// NeighbourMax and MaskedMaxPool: the largest of the real ones, rounded once. A tree of comparisons in every phase.
// Defined by fpgajet/ops/maxima.py; every bit must equal it.

#ifndef FPGAJET_MASKED_MAX_H_
#define FPGAJET_MASKED_MAX_H_

#include "fpgajet_folding.h"
#include "fpgajet_largest.h"
#include "fpgajet_select.h"

namespace nnet {

// The largest over the columns of one phase, for every row, and whether one of them is real.
template <class x_T, class e_T, typename CONFIG_T, unsigned AT_ONCE>
void masked_max_phase(x_T x[CONFIG_T::rows * AT_ONCE * CONFIG_T::features], e_T e[CONFIG_T::rows * AT_ONCE],
                      x_T largest[CONFIG_T::rows * CONFIG_T::features], e_T found[CONFIG_T::rows]) {
    static const unsigned F = CONFIG_T::features;
    #pragma HLS INLINE
    for (unsigned r = 0; r < CONFIG_T::rows; r++) {
        #pragma HLS UNROLL
        found[r] = 0;
        for (unsigned c = 0; c < AT_ONCE; c++) {
            #pragma HLS UNROLL
            found[r] = select(e[r * AT_ONCE + c] != 0, e_T(1), found[r]);
        }
        for (unsigned f = 0; f < F; f++) {
            #pragma HLS UNROLL
            x_T tree[AT_ONCE];
            e_T real[AT_ONCE];
            #pragma HLS ARRAY_PARTITION variable=tree complete
            #pragma HLS ARRAY_PARTITION variable=real complete
            for (unsigned c = 0; c < AT_ONCE; c++) {
                #pragma HLS UNROLL
                tree[c] = x[(r * AT_ONCE + c) * F + f];
                real[c] = e[r * AT_ONCE + c];
            }
            largest_first<AT_ONCE, x_T, e_T>(tree, real);
            largest[r * F + f] = tree[0];
        }
    }
}

template <class UNIT>
void masked_max_shared(typename UNIT::first_t x[UNIT::config_t::rows * UNIT::size * UNIT::config_t::features],
                       typename UNIT::second_t e[UNIT::config_t::rows * UNIT::size],
                       typename UNIT::first_t largest[UNIT::config_t::rows * UNIT::config_t::features],
                       typename UNIT::second_t found[UNIT::config_t::rows]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    masked_max_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::size>(
        x, e, largest, found);
}

template <class x_T, class e_T, class y_T, typename CONFIG_T>
void masked_max(x_T x[CONFIG_T::rows * CONFIG_T::columns * CONFIG_T::features], e_T e[CONFIG_T::rows * CONFIG_T::columns],
                y_T y[CONFIG_T::rows * CONFIG_T::features]) {
    static const unsigned R = CONFIG_T::rows;
    static const unsigned F = CONFIG_T::features;
    static const unsigned J = folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::at_once;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, J, x_T, e_T> unit_t;
    #pragma HLS ALLOCATION function instances=masked_max_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=e complete
    #pragma HLS ARRAY_PARTITION variable=y complete

    x_T largest[R * F];
    e_T found[R];
    #pragma HLS ARRAY_PARTITION variable=largest complete
    #pragma HLS ARRAY_PARTITION variable=found complete
    for (unsigned phase = 0; phase < folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        x_T now[R * J * F];
        e_T real[R * J];
        x_T candidate[R * F];
        e_T there[R];
        #pragma HLS ARRAY_PARTITION variable=now complete
        #pragma HLS ARRAY_PARTITION variable=real complete
        #pragma HLS ARRAY_PARTITION variable=candidate complete
        #pragma HLS ARRAY_PARTITION variable=there complete
        gather_columns<x_T, R, CONFIG_T::columns, F, J>(x, now, phase);
        gather_columns<e_T, R, CONFIG_T::columns, 1, J>(e, real, phase);
        if (CONFIG_T::reuse_factor == 1)
            masked_max_phase<x_T, e_T, CONFIG_T, J>(now, real, candidate, there);
        else
            masked_max_shared<unit_t>(now, real, candidate, there);
        for (unsigned k = 0; k < R * F; k++) {
            #pragma HLS UNROLL
            e_T before = (phase == 0) ? e_T(0) : found[k / F];
            if (phase == 0)
                largest[k] = 0;
            keep_larger<x_T, e_T>(largest[k], before, candidate[k], there[k / F]);
        }
        for (unsigned r = 0; r < R; r++) {
            #pragma HLS UNROLL
            found[r] = select(there[r] != 0 || (phase != 0 && found[r] != 0), e_T(1), e_T(0));
        }
    }

    // What is not real was never copied, so without any real one this is 0.
    for (unsigned k = 0; k < R * F; k++) {
        #pragma HLS UNROLL
        y[k] = largest[k];
    }
}

} // namespace nnet

#endif
