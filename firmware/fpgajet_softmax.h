// ClassSoftmax: probabilities of classes from their scores, with tables for exponential and reciprocal, rounded once.
// Defined by fpgajet/ops/softmax.py; every bit must equal it.

#ifndef FPGAJET_SOFTMAX_H_
#define FPGAJET_SOFTMAX_H_

#include "fpgajet_select.h"

namespace nnet {

template <class s_T, class p_T, typename CONFIG_T>
void softmax_of_scores(s_T s[CONFIG_T::classes], p_T p[CONFIG_T::classes],
                       typename CONFIG_T::exponential_t exponential[CONFIG_T::exponential_entries],
                       typename CONFIG_T::reciprocal_t reciprocal[CONFIG_T::reciprocal_entries]) {
    static const unsigned K = CONFIG_T::classes;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=s complete
    #pragma HLS ARRAY_PARTITION variable=p complete
    #pragma HLS ARRAY_PARTITION variable=exponential complete
    #pragma HLS ARRAY_PARTITION variable=reciprocal complete

    s_T tree[K];
    #pragma HLS ARRAY_PARTITION variable=tree complete
    for (unsigned k = 0; k < K; k++) {
        #pragma HLS UNROLL
        tree[k] = s[k];
    }
    for (unsigned level = 0; (1u << level) < K; level++) {
        #pragma HLS UNROLL
        for (unsigned k = 0; k + (1u << level) < K; k += 2u << level) {
            #pragma HLS UNROLL
            const s_T other = tree[k + (1u << level)];
            tree[k] = select(tree[k] < other, other, tree[k]);
        }
    }

    typename CONFIG_T::share_t share[K];
    #pragma HLS ARRAY_PARTITION variable=share complete
    typename CONFIG_T::total_t total = 0;
    for (unsigned k = 0; k < K; k++) {
        #pragma HLS UNROLL
        const typename CONFIG_T::distance_t distance = tree[0] - s[k];
        const typename CONFIG_T::argument_t argument = distance;
        ap_uint<CONFIG_T::argument_t::width> address = argument.range();
        share[k] = lookup<CONFIG_T::exponential_entries>(exponential, address);
        total += share[k];
    }
    const typename CONFIG_T::denominator_t denominator = total;
    ap_uint<CONFIG_T::denominator_t::width> place = denominator.range();
    const typename CONFIG_T::reciprocal_t r = lookup<CONFIG_T::reciprocal_entries>(reciprocal, place);
    for (unsigned k = 0; k < K; k++) {
        #pragma HLS UNROLL
        const typename CONFIG_T::product_t product = share[k] * r;
        p[k] = product;
    }
}

} // namespace nnet

#endif
