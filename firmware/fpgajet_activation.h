// Activation: y = table[q(x)]. Defined by fpgajet/ops/activation.py; every bit must equal it.

#ifndef FPGAJET_ACTIVATION_H_
#define FPGAJET_ACTIVATION_H_

#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

template <class x_T, class y_T, typename CONFIG_T, unsigned VALUES>
void activation_phase(x_T x[VALUES], y_T y[VALUES], typename CONFIG_T::table_t table[CONFIG_T::entries]) {
    #pragma HLS INLINE
    for (unsigned k = 0; k < VALUES; k++) {
        #pragma HLS UNROLL
        const typename CONFIG_T::argument_t argument = x[k];
        // The raw value, moved so that the lowest one has address 0: the sign bit is turned over.
        ap_uint<CONFIG_T::address_bits> address = argument.range();
        address += CONFIG_T::zero;
        y[k] = lookup<CONFIG_T::entries>(table, address);
    }
}

template <class UNIT>
void activation_shared(typename UNIT::first_t x[UNIT::size], typename UNIT::second_t y[UNIT::size],
                       typename UNIT::config_t::table_t table[UNIT::config_t::entries]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    #pragma HLS FUNCTION_INSTANTIATE variable=table
    activation_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::size>(x, y, table);
}

template <class x_T, class y_T, typename CONFIG_T>
void activation_table(x_T x[CONFIG_T::rows * CONFIG_T::columns * CONFIG_T::features],
                      y_T y[CONFIG_T::rows * CONFIG_T::columns * CONFIG_T::features],
                      typename CONFIG_T::table_t table[CONFIG_T::entries]) {
    static const unsigned R = CONFIG_T::rows;
    static const unsigned F = CONFIG_T::features;
    static const unsigned J = folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::at_once;
    static const unsigned values = R * J * F;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, values, x_T, y_T> unit_t;
    #pragma HLS ALLOCATION function instances=activation_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=table complete

    for (unsigned phase = 0; phase < folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        x_T now[values];
        y_T made[values];
        #pragma HLS ARRAY_PARTITION variable=now complete
        #pragma HLS ARRAY_PARTITION variable=made complete
        gather_columns<x_T, R, CONFIG_T::columns, F, J>(x, now, phase);
        if (CONFIG_T::reuse_factor == 1)
            activation_phase<x_T, y_T, CONFIG_T, values>(now, made, table);
        else
            activation_shared<unit_t>(now, made, table);
        scatter_columns<y_T, R, CONFIG_T::columns, F, J>(made, y, phase);
    }
}

} // namespace nnet

#endif
