// TriggerDots: d_ij = pT_i pT_j (H[|eta_i - eta_j|] + C[|phi_i - phi_j|]) for i < j, rounded once, copied to (j, i);
// d_ii = 0. Defined by fpgajet/ops/trigger_dots.py; every bit must equal it.

#ifndef FPGAJET_TRIGGER_DOTS_H_
#define FPGAJET_TRIGGER_DOTS_H_

#include "fpgajet_angles.h"

namespace nnet {

template <class x_T, class d_T, typename CONFIG_T>
void trigger_dots(x_T x[CONFIG_T::constituents * 3], d_T d[CONFIG_T::constituents * CONFIG_T::constituents],
                  typename CONFIG_T::eta_table_t eta_table[CONFIG_T::addresses],
                  typename CONFIG_T::phi_table_t phi_table[CONFIG_T::addresses]) {
    static const unsigned N = CONFIG_T::constituents;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=d complete
    #pragma HLS ARRAY_PARTITION variable=eta_table complete
    #pragma HLS ARRAY_PARTITION variable=phi_table complete

    // The types wrap: dropping the bits above is free, and the input form keeps constituents inside.
    typename CONFIG_T::pt_t pt[N];
    typename CONFIG_T::angle_t eta[N], phi[N];
    #pragma HLS ARRAY_PARTITION variable=pt complete
    #pragma HLS ARRAY_PARTITION variable=eta complete
    #pragma HLS ARRAY_PARTITION variable=phi complete
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        pt[i] = x[3 * i];
        eta[i] = x[3 * i + 1];
        phi[i] = x[3 * i + 2];
    }

    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        d[i * N + i] = 0;
        for (unsigned j = i + 1; j < N; j++) {
            #pragma HLS UNROLL
            const typename CONFIG_T::angular_t angular = eta_table[angular_address<CONFIG_T>(eta[i], eta[j])] +
                                                         phi_table[angular_address<CONFIG_T>(phi[i], phi[j])];
            const typename CONFIG_T::product_t product = pt[i] * pt[j];
            const typename CONFIG_T::accumulator_t dot = product * angular;
            const d_T rounded = dot;
            d[i * N + j] = rounded;
            d[j * N + i] = rounded;
        }
    }
}

} // namespace nnet

#endif
