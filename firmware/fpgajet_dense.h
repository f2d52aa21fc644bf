// Dense: y = act(W x + b) on the last axis, rounded once. Defined by fpgajet/ops/dense.py; every bit must equal it.

#ifndef FPGAJET_DENSE_H_
#define FPGAJET_DENSE_H_

#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// All rows of the columns of one phase.
template <class x_T, class y_T, typename CONFIG_T, unsigned POINTS>
void dense_phase(x_T x[POINTS * CONFIG_T::features], y_T y[POINTS * CONFIG_T::outputs],
                 typename CONFIG_T::weight_t weight[CONFIG_T::outputs * CONFIG_T::features],
                 typename CONFIG_T::bias_t bias[CONFIG_T::outputs]) {
    #pragma HLS INLINE
    for (unsigned p = 0; p < POINTS; p++) {
        #pragma HLS UNROLL
        for (unsigned g = 0; g < CONFIG_T::outputs; g++) {
            #pragma HLS UNROLL
            typename CONFIG_T::accumulator_t sum = bias[g];
            for (unsigned f = 0; f < CONFIG_T::features; f++) {
                #pragma HLS UNROLL
                sum += x[p * CONFIG_T::features + f] * weight[g * CONFIG_T::features + f];
            }
            if (CONFIG_T::relu)
                sum = select(sum < 0, typename CONFIG_T::accumulator_t(0), sum);
            y[p * CONFIG_T::outputs + g] = sum;
        }
    }
}

template <class UNIT>
void dense_shared(typename UNIT::first_t x[UNIT::size * UNIT::config_t::features],
                  typename UNIT::second_t y[UNIT::size * UNIT::config_t::outputs],
                  typename UNIT::config_t::weight_t weight[UNIT::config_t::outputs * UNIT::config_t::features],
                  typename UNIT::config_t::bias_t bias[UNIT::config_t::outputs]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    #pragma HLS FUNCTION_INSTANTIATE variable=weight,bias
    dense_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::size>(
        x, y, weight, bias);
}

template <class x_T, class y_T, typename CONFIG_T>
void dense_last_axis(x_T x[CONFIG_T::rows * CONFIG_T::columns * CONFIG_T::features],
                     y_T y[CONFIG_T::rows * CONFIG_T::columns * CONFIG_T::outputs],
                     typename CONFIG_T::weight_t weight[CONFIG_T::outputs * CONFIG_T::features],
                     typename CONFIG_T::bias_t bias[CONFIG_T::outputs]) {
    static const unsigned J = folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::at_once;
    static const unsigned points = CONFIG_T::rows * J;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, points, x_T, y_T> unit_t;
    #pragma HLS ALLOCATION function instances=dense_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete

    for (unsigned phase = 0; phase < folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        x_T now[points * CONFIG_T::features];
        y_T made[points * CONFIG_T::outputs];
        #pragma HLS ARRAY_PARTITION variable=now complete
        #pragma HLS ARRAY_PARTITION variable=made complete
        gather_columns<x_T, CONFIG_T::rows, CONFIG_T::columns, CONFIG_T::features, J>(x, now, phase);
        if (CONFIG_T::reuse_factor == 1)
            dense_phase<x_T, y_T, CONFIG_T, points>(now, made, weight, bias);
        else
            dense_shared<unit_t>(now, made, weight, bias);
        scatter_columns<y_T, CONFIG_T::rows, CONFIG_T::columns, CONFIG_T::outputs, J>(made, y, phase);
    }
}

} // namespace nnet

#endif
