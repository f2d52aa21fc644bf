// TriggerDots: d_ij = pT_i pT_j (H[|eta_i - eta_j|] + C[|phi_i - phi_j|]) for i < j, rounded once, copied to (j, i);
// d_ii = 0. Defined by fpgajet/ops/trigger_dots.py; every bit must equal it.

#ifndef FPGAJET_TRIGGER_DOTS_H_
#define FPGAJET_TRIGGER_DOTS_H_

#include "fpgajet_angles.h"
#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// d of the constituents of two lists.
template <class x_T, class d_T, typename CONFIG_T, unsigned PAIRS>
void trigger_dots_phase(x_T first[PAIRS * 3], x_T second[PAIRS * 3], d_T d[PAIRS],
                        typename CONFIG_T::eta_table_t eta_table[CONFIG_T::addresses],
                        typename CONFIG_T::phi_table_t phi_table[CONFIG_T::addresses]) {
    #pragma HLS INLINE
    for (unsigned q = 0; q < PAIRS; q++) {
        #pragma HLS UNROLL
        const angular_pair<CONFIG_T> pair = angular_pair_of<x_T, CONFIG_T>(first, second, q);
        const typename CONFIG_T::angular_t angular =
            lookup<CONFIG_T::addresses>(eta_table, pair.eta) + lookup<CONFIG_T::addresses>(phi_table, pair.phi);
        const typename CONFIG_T::product_t product = pair.pt_first * pair.pt_second;
        const typename CONFIG_T::accumulator_t dot = product * angular;
        d[q] = dot;
    }
}

template <class UNIT>
void trigger_dots_shared(typename UNIT::first_t first[UNIT::size * 3], typename UNIT::first_t second[UNIT::size * 3],
                         typename UNIT::second_t d[UNIT::size],
                         typename UNIT::config_t::eta_table_t eta_table[UNIT::config_t::addresses],
                         typename UNIT::config_t::phi_table_t phi_table[UNIT::config_t::addresses]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    #pragma HLS FUNCTION_INSTANTIATE variable=eta_table,phi_table
    trigger_dots_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::size>(
        first, second, d, eta_table, phi_table);
}

template <class x_T, class d_T, typename CONFIG_T>
void trigger_dots(x_T x[CONFIG_T::constituents * 3], d_T d[CONFIG_T::constituents * CONFIG_T::constituents],
                  typename CONFIG_T::eta_table_t eta_table[CONFIG_T::addresses],
                  typename CONFIG_T::phi_table_t phi_table[CONFIG_T::addresses]) {
    static const unsigned N = CONFIG_T::constituents;
    static const unsigned distances = (N > 1) ? N / 2 : 1;
    static const unsigned J = folding<distances, CONFIG_T::reuse_factor>::at_once;
    static const unsigned pairs = N * J;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, pairs, x_T, d_T> unit_t;
    #pragma HLS ALLOCATION function instances=trigger_dots_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=d complete
    #pragma HLS ARRAY_PARTITION variable=eta_table complete
    #pragma HLS ARRAY_PARTITION variable=phi_table complete

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
            trigger_dots_phase<x_T, d_T, CONFIG_T, pairs>(first, second, made, eta_table, phi_table);
        else
            trigger_dots_shared<unit_t>(first, second, made, eta_table, phi_table);
        scatter_pairs<d_T, N, 1, 1, J>(made, made, d, phase);
    }
    clear_diagonal<d_T, N, 1>(d);
}

} // namespace nnet

#endif
