// ClassSoftmax: probabilities of classes from their scores, with tables for exponential and reciprocal, rounded once.
// Defined by fpgajet/ops/softmax.py; every bit must equal it.

#ifndef FPGAJET_SOFTMAX_H_
#define FPGAJET_SOFTMAX_H_

#include "fpgajet_largest.h"
#include "fpgajet_shares.h"

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
    ap_uint<1> real[K];
    #pragma HLS ARRAY_PARTITION variable=tree complete
    #pragma HLS ARRAY_PARTITION variable=real complete
    for (unsigned k = 0; k < K; k++) {
        #pragma HLS UNROLL
        tree[k] = s[k];
        real[k] = 1;
    }
    largest_first<K, s_T, ap_uint<1>>(tree, real);

    typename CONFIG_T::share_t share[K];
    #pragma HLS ARRAY_PARTITION variable=share complete
    typename CONFIG_T::total_t total = 0;
    for (unsigned k = 0; k < K; k++) {
        #pragma HLS UNROLL
        share[k] = exponential_share<s_T, CONFIG_T>(tree[0], s[k], exponential);
        total += share[k];
    }
    const typename CONFIG_T::reciprocal_t r = reciprocal_of<CONFIG_T>(total, reciprocal);
    for (unsigned k = 0; k < K; k++) {
        #pragma HLS UNROLL
        const typename CONFIG_T::product_t product = share[k] * r;
        p[k] = product;
    }
}

} // namespace nnet

#endif
