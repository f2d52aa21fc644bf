// LogDots: d_ij = P[l_i + l_j + C[|d_phi|] + S[H[|d_eta|] - C[|d_phi|]]] for i < j, copied to (j, i); d_ii = 0, and
// pairs with an empty slot (l = 0) give P[0] = 0. Defined by fpgajet/ops/log_dots.py; every bit must equal it.

#ifndef FPGAJET_LOG_DOTS_H_
#define FPGAJET_LOG_DOTS_H_

#include "fpgajet_angles.h"

namespace nnet {

template <class x_T, class d_T, typename CONFIG_T>
void log_dots(x_T x[CONFIG_T::constituents * 3], d_T d[CONFIG_T::constituents * CONFIG_T::constituents],
              typename CONFIG_T::eta_table_t eta_table[CONFIG_T::addresses],
              typename CONFIG_T::phi_table_t phi_table[CONFIG_T::addresses],
              typename CONFIG_T::sum_table_t sum_table[CONFIG_T::corrections],
              typename CONFIG_T::power_table_t power_table[CONFIG_T::exponents]) {
    static const unsigned N = CONFIG_T::constituents;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=d complete
    #pragma HLS ARRAY_PARTITION variable=eta_table complete
    #pragma HLS ARRAY_PARTITION variable=phi_table complete
    #pragma HLS ARRAY_PARTITION variable=sum_table complete
    #pragma HLS ARRAY_PARTITION variable=power_table complete

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
            const typename CONFIG_T::eta_table_t high = eta_table[angular_address<CONFIG_T>(eta[i], eta[j])];
            const typename CONFIG_T::phi_table_t wide = phi_table[angular_address<CONFIG_T>(phi[i], phi[j])];
            const typename CONFIG_T::ratio_t ratio = high - wide;
            const typename CONFIG_T::both_t both = pt[i] + pt[j];
            const typename CONFIG_T::accumulator_t exact = both + wide + sum_table[ratio.to_uint()];
            const typename CONFIG_T::exponent_t saturated = exact;
            const bool real = (pt[i] != 0) && (pt[j] != 0);
            const typename CONFIG_T::exponent_t exponent = real ? saturated : typename CONFIG_T::exponent_t(0);
            const d_T rounded = power_table[exponent.to_uint()];
            d[i * N + j] = rounded;
            d[j * N + i] = rounded;
        }
    }
}

} // namespace nnet

#endif
