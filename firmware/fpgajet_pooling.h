// ConstituentSum, ConstituentMax and FlatConstituents over all constituents. Defined by fpgajet/ops/pooling.py; every bit must equal it.

#ifndef FPGAJET_POOLING_H_
#define FPGAJET_POOLING_H_

#include "fpgajet_select.h"

namespace nnet {

template <class x_T, class y_T, typename CONFIG_T>
void sum_pool(x_T x[CONFIG_T::constituents * CONFIG_T::features], y_T y[CONFIG_T::features]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    for (unsigned f = 0; f < CONFIG_T::features; f++) {
        #pragma HLS UNROLL
        typename CONFIG_T::sum_t sum = 0;
        for (unsigned i = 0; i < CONFIG_T::constituents; i++) {
            #pragma HLS UNROLL
            sum += x[i * CONFIG_T::features + f];
        }
        y[f] = sum;
    }
}

template <class x_T, class y_T, typename CONFIG_T>
void max_pool(x_T x[CONFIG_T::constituents * CONFIG_T::features], y_T y[CONFIG_T::features]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    for (unsigned f = 0; f < CONFIG_T::features; f++) {
        #pragma HLS UNROLL
        x_T largest = x[f];
        for (unsigned i = 1; i < CONFIG_T::constituents; i++) {
            #pragma HLS UNROLL
            const x_T next = x[i * CONFIG_T::features + f];
            largest = select(largest < next, next, largest);
        }
        y[f] = largest;
    }
}

template <class x_T, class y_T, typename CONFIG_T>
void flatten_constituents(x_T x[CONFIG_T::constituents * CONFIG_T::features],
                          y_T y[CONFIG_T::constituents * CONFIG_T::features]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    for (unsigned k = 0; k < CONFIG_T::constituents * CONFIG_T::features; k++) {
        #pragma HLS UNROLL
        y[k] = x[k];
    }
}

} // namespace nnet

#endif
