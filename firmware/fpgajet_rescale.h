// Rescale: y = act(w x + b) feature by feature, rounded once. Defined by fpgajet/ops/rescale.py; every bit must equal it.

#ifndef FPGAJET_RESCALE_H_
#define FPGAJET_RESCALE_H_

#include "fpgajet_select.h"

namespace nnet {

template <class x_T, class y_T, typename CONFIG_T>
void rescale_features(x_T x[CONFIG_T::points * CONFIG_T::features], y_T y[CONFIG_T::points * CONFIG_T::features],
                      typename CONFIG_T::weight_t weight[CONFIG_T::features],
                      typename CONFIG_T::bias_t bias[CONFIG_T::features]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete
    for (unsigned p = 0; p < CONFIG_T::points; p++) {
        #pragma HLS UNROLL
        for (unsigned f = 0; f < CONFIG_T::features; f++) {
            #pragma HLS UNROLL
            const typename CONFIG_T::product_t product = x[p * CONFIG_T::features + f] * weight[f];
            typename CONFIG_T::accumulator_t sum = product;
            sum += bias[f];
            if (CONFIG_T::relu)
                sum = select(sum < 0, typename CONFIG_T::accumulator_t(0), sum);
            y[p * CONFIG_T::features + f] = sum;
        }
    }
}

} // namespace nnet

#endif
