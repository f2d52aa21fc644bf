// LinEq2to0: the sum and the trace of every channel, one linear layer, biases from a table over the number of
// real slots, rounded once. Defined by fpgajet/ops/lin_eq_2to0.py; every bit must equal it. With weight_rows > 1
// the weights come from a table over the number of real slots too (fpgajet/ops/lin_eq_2to0_n.py).

#ifndef FPGAJET_LIN_EQ_2TO0_H_
#define FPGAJET_LIN_EQ_2TO0_H_

#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// Sum of every channel over the columns of one phase.
template <class z_T, typename CONFIG_T, unsigned AT_ONCE>
void pair_sum_phase(z_T z[CONFIG_T::slots * AT_ONCE * CONFIG_T::hidden],
                    typename CONFIG_T::sum_accumulator_t sum[CONFIG_T::hidden]) {
    #pragma HLS INLINE
    for (unsigned c = 0; c < CONFIG_T::hidden; c++) {
        #pragma HLS UNROLL
        typename CONFIG_T::sum_accumulator_t partial = 0;
        for (unsigned q = 0; q < CONFIG_T::slots * AT_ONCE; q++) {
            #pragma HLS UNROLL
            partial += z[q * CONFIG_T::hidden + c];
        }
        sum[c] = partial;
    }
}

template <class UNIT>
void pair_sum_shared(typename UNIT::first_t z[UNIT::config_t::slots * UNIT::size * UNIT::config_t::hidden],
                     typename UNIT::config_t::sum_accumulator_t sum[UNIT::config_t::hidden]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    pair_sum_phase<typename UNIT::first_t, typename UNIT::config_t, UNIT::size>(z, sum);
}

template <class z_T, class mask_T, class score_T, typename CONFIG_T>
void lin_eq_2to0(z_T z[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::hidden], mask_T mask[CONFIG_T::slots],
                 score_T score[CONFIG_T::scores],
                 typename CONFIG_T::weight_t weight[CONFIG_T::weight_rows * CONFIG_T::hidden * 2 * CONFIG_T::scores],
                 typename CONFIG_T::bias_t bias[(CONFIG_T::slots + 1) * CONFIG_T::scores]) {
    static const unsigned M = CONFIG_T::slots;
    static const unsigned C = CONFIG_T::hidden;
    static const unsigned K = CONFIG_T::scores;
    static const unsigned J = folding<M, CONFIG_T::reuse_factor>::at_once;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, J, z_T> unit_t;
    #pragma HLS ALLOCATION function instances=pair_sum_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=z complete
    #pragma HLS ARRAY_PARTITION variable=mask complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete

    typename CONFIG_T::count_t n = 0;
    for (unsigned i = 0; i < M; i++) {
        #pragma HLS UNROLL
        n += mask[i];
    }

    typename CONFIG_T::sum_accumulator_t sums[C];
    #pragma HLS ARRAY_PARTITION variable=sums complete
    for (unsigned c = 0; c < C; c++) {
        #pragma HLS UNROLL
        sums[c] = 0;
    }
    for (unsigned phase = 0; phase < folding<M, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        z_T now[M * J * C];
        typename CONFIG_T::sum_accumulator_t partial[C];
        #pragma HLS ARRAY_PARTITION variable=now complete
        #pragma HLS ARRAY_PARTITION variable=partial complete
        gather_columns<z_T, M, M, C, J>(z, now, phase);
        if (CONFIG_T::reuse_factor == 1)
            pair_sum_phase<z_T, CONFIG_T, J>(now, partial);
        else
            pair_sum_shared<unit_t>(now, partial);
        for (unsigned c = 0; c < C; c++) {
            #pragma HLS UNROLL
            sums[c] += partial[c];
        }
    }

    typename CONFIG_T::accumulator_t w[K];
    #pragma HLS ARRAY_PARTITION variable=w complete
    for (unsigned k = 0; k < K; k++) {
        #pragma HLS UNROLL
        w[k] = lookup<M + 1>(bias, n, K, k);
    }
    for (unsigned c = 0; c < C; c++) {
        #pragma HLS UNROLL
        typename CONFIG_T::trace_accumulator_t trace = 0;
        for (unsigned i = 0; i < M; i++) {
            #pragma HLS UNROLL
            trace += z[(i * M + i) * C + c];
        }
        // Dividing by a power of two is a move of the binary point.
        typename CONFIG_T::sum_scaled_t sum_scaled;
        typename CONFIG_T::trace_scaled_t trace_scaled;
        sum_scaled.range() = sums[c].range();
        trace_scaled.range() = trace.range();
        for (unsigned k = 0; k < K; k++) {
            #pragma HLS UNROLL
            // one row of weights, or one for every number of slots
            const unsigned at = c * 2 * K + k;
            const typename CONFIG_T::weight_t of_sum = lookup<CONFIG_T::weight_rows>(weight, n, C * 2 * K, at);
            const typename CONFIG_T::weight_t of_trace = lookup<CONFIG_T::weight_rows>(weight, n, C * 2 * K, at + K);
            w[k] += sum_scaled * of_sum + trace_scaled * of_trace;
        }
    }
    for (unsigned k = 0; k < K; k++) {
        #pragma HLS UNROLL
        score[k] = w[k];
    }
}

} // namespace nnet

#endif
