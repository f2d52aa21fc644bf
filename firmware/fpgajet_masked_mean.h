// NeighbourMean and MaskedMeanPool: y = 2^-exponent r(n) sum over the real ones, rounded once.
// Defined by fpgajet/ops/means.py; every bit must equal it.

#ifndef FPGAJET_MASKED_MEAN_H_
#define FPGAJET_MASKED_MEAN_H_

#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// Sums over the columns of one phase, for every row.
template <class x_T, class e_T, typename CONFIG_T, unsigned AT_ONCE>
void masked_sum_phase(x_T x[CONFIG_T::rows * AT_ONCE * CONFIG_T::features], e_T e[CONFIG_T::rows * AT_ONCE],
                      typename CONFIG_T::sum_t sum[CONFIG_T::rows * CONFIG_T::features]) {
    static const unsigned F = CONFIG_T::features;
    #pragma HLS INLINE
    for (unsigned r = 0; r < CONFIG_T::rows; r++) {
        #pragma HLS UNROLL
        for (unsigned f = 0; f < F; f++) {
            #pragma HLS UNROLL
            typename CONFIG_T::sum_t partial = 0;
            for (unsigned c = 0; c < AT_ONCE; c++) {
                #pragma HLS UNROLL
                partial += select(e[r * AT_ONCE + c] != 0, x[(r * AT_ONCE + c) * F + f], x_T(0));
            }
            sum[r * F + f] = partial;
        }
    }
}

template <class UNIT>
void masked_sum_shared(typename UNIT::first_t x[UNIT::config_t::rows * UNIT::size * UNIT::config_t::features],
                       typename UNIT::second_t e[UNIT::config_t::rows * UNIT::size],
                       typename UNIT::config_t::sum_t sum[UNIT::config_t::rows * UNIT::config_t::features]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    masked_sum_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::size>(x, e, sum);
}

template <class x_T, class e_T, class y_T, typename CONFIG_T>
void masked_mean(x_T x[CONFIG_T::rows * CONFIG_T::columns * CONFIG_T::features], e_T e[CONFIG_T::rows * CONFIG_T::columns],
                 y_T y[CONFIG_T::rows * CONFIG_T::features],
                 typename CONFIG_T::reciprocal_t reciprocal[CONFIG_T::columns + 1]) {
    static const unsigned R = CONFIG_T::rows;
    static const unsigned F = CONFIG_T::features;
    static const unsigned J = folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::at_once;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, J, x_T, e_T> unit_t;
    #pragma HLS ALLOCATION function instances=masked_sum_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=e complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=reciprocal complete

    typename CONFIG_T::sum_t sum[R * F];
    #pragma HLS ARRAY_PARTITION variable=sum complete
    for (unsigned k = 0; k < R * F; k++) {
        #pragma HLS UNROLL
        sum[k] = 0;
    }
    for (unsigned phase = 0; phase < folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        x_T now[R * J * F];
        e_T real[R * J];
        typename CONFIG_T::sum_t partial[R * F];
        #pragma HLS ARRAY_PARTITION variable=now complete
        #pragma HLS ARRAY_PARTITION variable=real complete
        #pragma HLS ARRAY_PARTITION variable=partial complete
        gather_columns<x_T, R, CONFIG_T::columns, F, J>(x, now, phase);
        gather_columns<e_T, R, CONFIG_T::columns, 1, J>(e, real, phase);
        if (CONFIG_T::reuse_factor == 1)
            masked_sum_phase<x_T, e_T, CONFIG_T, J>(now, real, partial);
        else
            masked_sum_shared<unit_t>(now, real, partial);
        for (unsigned k = 0; k < R * F; k++) {
            #pragma HLS UNROLL
            sum[k] += partial[k];
        }
    }

    for (unsigned r = 0; r < R; r++) {
        #pragma HLS UNROLL
        typename CONFIG_T::count_t n = 0;
        for (unsigned c = 0; c < CONFIG_T::columns; c++) {
            #pragma HLS UNROLL
            n += e[r * CONFIG_T::columns + c];
        }
        for (unsigned f = 0; f < F; f++) {
            #pragma HLS UNROLL
            const typename CONFIG_T::product_t product = sum[r * F + f] * lookup<CONFIG_T::columns + 1>(reciprocal, n);
            // Dividing by a power of two is a move of the binary point.
            typename CONFIG_T::mean_t mean;
            mean.range() = product.range();
            y[r * F + f] = mean;
        }
    }
}

} // namespace nnet

#endif
