// LogDots: d_ij = P[l_i + l_j + C[|d_phi|] + S[H[|d_eta|] - C[|d_phi|]]] for i < j, copied to (j, i); d_ii = 0, and
// pairs with an empty slot (l = 0) give P[0] = 0, and those with i + j >= pairs_below 0.
// Defined by fpgajet/ops/log_dots.py; every bit must equal it.

#ifndef FPGAJET_LOG_DOTS_H_
#define FPGAJET_LOG_DOTS_H_

#include "fpgajet_angles.h"
#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// d of the constituents of two lists.
template <class x_T, class d_T, typename CONFIG_T, unsigned PAIRS>
void log_dots_phase(x_T first[PAIRS * 3], x_T second[PAIRS * 3], d_T d[PAIRS],
                    typename CONFIG_T::eta_table_t eta_table[CONFIG_T::addresses],
                    typename CONFIG_T::phi_table_t phi_table[CONFIG_T::addresses],
                    typename CONFIG_T::sum_table_t sum_table[CONFIG_T::corrections],
                    typename CONFIG_T::power_table_t power_table[CONFIG_T::exponents]) {
    #pragma HLS INLINE
    for (unsigned q = 0; q < PAIRS; q++) {
        #pragma HLS UNROLL
        const angular_pair<CONFIG_T> pair = angular_pair_of<x_T, CONFIG_T>(first, second, q);
        const typename CONFIG_T::eta_table_t high = lookup<CONFIG_T::addresses>(eta_table, pair.eta);
        const typename CONFIG_T::phi_table_t wide = lookup<CONFIG_T::addresses>(phi_table, pair.phi);
        const typename CONFIG_T::ratio_t ratio = high - wide;
        const typename CONFIG_T::both_t both = pair.pt_first + pair.pt_second;
        const typename CONFIG_T::accumulator_t exact = both + wide + lookup<CONFIG_T::corrections>(sum_table, ratio);
        const typename CONFIG_T::exponent_t saturated = exact;
        const auto real = (pair.pt_first != 0) && (pair.pt_second != 0);
        const typename CONFIG_T::exponent_t exponent = select(real, saturated, typename CONFIG_T::exponent_t(0));
        d[q] = lookup<CONFIG_T::exponents>(power_table, exponent);
    }
}

template <class UNIT>
void log_dots_shared(typename UNIT::first_t first[UNIT::size * 3], typename UNIT::first_t second[UNIT::size * 3],
                     typename UNIT::second_t d[UNIT::size],
                     typename UNIT::config_t::eta_table_t eta_table[UNIT::config_t::addresses],
                     typename UNIT::config_t::phi_table_t phi_table[UNIT::config_t::addresses],
                     typename UNIT::config_t::sum_table_t sum_table[UNIT::config_t::corrections],
                     typename UNIT::config_t::power_table_t power_table[UNIT::config_t::exponents]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    #pragma HLS FUNCTION_INSTANTIATE variable=eta_table,phi_table,sum_table,power_table
    log_dots_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::size>(
        first, second, d, eta_table, phi_table, sum_table, power_table);
}

template <class x_T, class d_T, typename CONFIG_T>
void log_dots(x_T x[CONFIG_T::constituents * 3], d_T d[CONFIG_T::constituents * CONFIG_T::constituents],
              typename CONFIG_T::eta_table_t eta_table[CONFIG_T::addresses],
              typename CONFIG_T::phi_table_t phi_table[CONFIG_T::addresses],
              typename CONFIG_T::sum_table_t sum_table[CONFIG_T::corrections],
              typename CONFIG_T::power_table_t power_table[CONFIG_T::exponents]) {
    static const unsigned N = CONFIG_T::constituents;
    static const unsigned distances = (N > 1) ? N / 2 : 1;
    static const unsigned J = folding<distances, CONFIG_T::reuse_factor>::at_once;
    static const unsigned pairs = N * J;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, pairs, x_T, d_T> unit_t;
    #pragma HLS ALLOCATION function instances=log_dots_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=d complete
    #pragma HLS ARRAY_PARTITION variable=eta_table complete
    #pragma HLS ARRAY_PARTITION variable=phi_table complete
    #pragma HLS ARRAY_PARTITION variable=sum_table complete
    #pragma HLS ARRAY_PARTITION variable=power_table complete

    for (unsigned phase = 0; phase < folding<distances, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        x_T first[pairs * 3];
        x_T second[pairs * 3];
        d_T made[pairs];
        #pragma HLS ARRAY_PARTITION variable=first complete
        #pragma HLS ARRAY_PARTITION variable=second complete
        #pragma HLS ARRAY_PARTITION variable=made complete
        gather_ends<x_T, N, 3, 1, J>(x, first, second, phase);
        if (CONFIG_T::reuse_factor == 1)
            log_dots_phase<x_T, d_T, CONFIG_T, pairs>(first, second, made, eta_table, phi_table, sum_table, power_table);
        else
            log_dots_shared<unit_t>(first, second, made, eta_table, phi_table, sum_table, power_table);
        scatter_pairs<d_T, N, 1, 1, J>(made, made, d, phase);
    }
    clear_diagonal<d_T, N, 1>(d);
    clear_far_pairs<d_T, N, CONFIG_T::pairs_below>(d);
}

} // namespace nnet

#endif
