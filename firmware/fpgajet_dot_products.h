// DotProducts: d_ij = E_i E_j - px_i px_j - py_i py_j - pz_i pz_j of all pairs, rounded once.
// Defined by fpgajet/ops/dot_products.py; every bit must equal it.

#ifndef FPGAJET_DOT_PRODUCTS_H_
#define FPGAJET_DOT_PRODUCTS_H_

#include "fpgajet_folding.h"

namespace nnet {

// Four-momentum component k of slot i: the beams (1, 0, 0, +-1) come first, then the constituents.
template <class p_T, typename CONFIG_T> typename CONFIG_T::momentum_t momentum_of(p_T p[], unsigned i, unsigned k) {
    #pragma HLS INLINE
    if (i >= 2 * CONFIG_T::beams)
        return p[4 * (i - 2 * CONFIG_T::beams) + k];
    if (k == 0)
        return 1;
    if (k == 3)
        return (i == 0) ? 1 : -1;
    return 0;
}

// Products of the momenta of two lists.
template <class d_T, typename CONFIG_T, unsigned PAIRS>
void dot_products_phase(typename CONFIG_T::momentum_t first[PAIRS * 4], typename CONFIG_T::momentum_t second[PAIRS * 4],
                        d_T d[PAIRS]) {
    #pragma HLS INLINE
    for (unsigned q = 0; q < PAIRS; q++) {
        #pragma HLS UNROLL
        typename CONFIG_T::product_t product[4];
        #pragma HLS ARRAY_PARTITION variable=product complete
        for (unsigned k = 0; k < 4; k++) {
            #pragma HLS UNROLL
            product[k] = first[4 * q + k] * second[4 * q + k];
        }
        const typename CONFIG_T::accumulator_t dot = (product[0] - product[1]) - (product[2] + product[3]);
        d[q] = dot;
    }
}

template <class UNIT>
void dot_products_shared(typename UNIT::config_t::momentum_t first[UNIT::size * 4],
                         typename UNIT::config_t::momentum_t second[UNIT::size * 4],
                         typename UNIT::first_t d[UNIT::size]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    dot_products_phase<typename UNIT::first_t, typename UNIT::config_t, UNIT::size>(first, second, d);
}

// A lane belongs to a slot i and takes the pairs (i, i + distance) around the ring of slots, distances 0 ... slots / 2.
template <class p_T, class d_T, typename CONFIG_T>
void dot_products(p_T p[CONFIG_T::constituents * 4],
                  d_T d[(CONFIG_T::constituents + 2 * CONFIG_T::beams) * (CONFIG_T::constituents + 2 * CONFIG_T::beams)]) {
    typedef typename CONFIG_T::momentum_t momentum_T;
    static const unsigned slots = CONFIG_T::constituents + 2 * CONFIG_T::beams;
    static const unsigned J = folding<slots / 2 + 1, CONFIG_T::reuse_factor>::at_once;
    static const unsigned pairs = slots * J;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, pairs, d_T> unit_t;
    #pragma HLS ALLOCATION function instances=dot_products_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=p complete
    #pragma HLS ARRAY_PARTITION variable=d complete

    momentum_T momenta[slots * 4];
    #pragma HLS ARRAY_PARTITION variable=momenta complete
    for (unsigned k = 0; k < slots * 4; k++) {
        #pragma HLS UNROLL
        momenta[k] = momentum_of<p_T, CONFIG_T>(p, k / 4, k % 4);
    }
    for (unsigned phase = 0; phase < folding<slots / 2 + 1, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        momentum_T first[pairs * 4];
        momentum_T second[pairs * 4];
        d_T made[pairs];
        #pragma HLS ARRAY_PARTITION variable=first complete
        #pragma HLS ARRAY_PARTITION variable=second complete
        #pragma HLS ARRAY_PARTITION variable=made complete
        gather_ends<momentum_T, slots, 4, 0, J>(momenta, first, second, phase);
        if (CONFIG_T::reuse_factor == 1)
            dot_products_phase<d_T, CONFIG_T, pairs>(first, second, made);
        else
            dot_products_shared<unit_t>(first, second, made);
        scatter_pairs<d_T, slots, 1, 0, J>(made, made, d, phase);
    }
}

} // namespace nnet

#endif
