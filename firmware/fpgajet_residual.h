// Residual: y = act(w0 m + w1 x + b) channel by channel, rounded once. Defined by fpgajet/ops/residual.py; every bit must
// equal it.

#ifndef FPGAJET_RESIDUAL_H_
#define FPGAJET_RESIDUAL_H_

#include "fpgajet_select.h"

namespace nnet {

template <class m_T, class x_T, class y_T, typename CONFIG_T>
void residual(m_T m[CONFIG_T::heard * CONFIG_T::features], x_T x[CONFIG_T::points * CONFIG_T::features],
              y_T y[CONFIG_T::points * CONFIG_T::features],
              typename CONFIG_T::weight_t weight[2 * CONFIG_T::features],
              typename CONFIG_T::bias_t bias[CONFIG_T::features]) {
    static const unsigned F = CONFIG_T::features;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=m complete
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete

    typename CONFIG_T::heard_t heard[CONFIG_T::heard * F];
    #pragma HLS ARRAY_PARTITION variable=heard complete
    for (unsigned p = 0; p < CONFIG_T::heard; p++) {
        #pragma HLS UNROLL
        for (unsigned f = 0; f < F; f++) {
            #pragma HLS UNROLL
            heard[p * F + f] = bias[f];
            heard[p * F + f] += m[p * F + f] * weight[f];
        }
    }
    for (unsigned p = 0; p < CONFIG_T::points; p++) {
        #pragma HLS UNROLL
        for (unsigned f = 0; f < F; f++) {
            #pragma HLS UNROLL
            typename CONFIG_T::accumulator_t sum = heard[((CONFIG_T::heard == 1) ? 0 : p) * F + f];
            sum += x[p * F + f] * weight[F + f];
            if (CONFIG_T::relu)
                sum = select(sum < 0, typename CONFIG_T::accumulator_t(0), sum);
            y[p * F + f] = sum;
        }
    }
}

} // namespace nnet

#endif
