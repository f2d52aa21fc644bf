// CompleteGraph and KnnGraph: the bits e_ij of a graph. Defined by fpgajet/ops/graphs.py; every bit must equal it.

#ifndef FPGAJET_GRAPHS_H_
#define FPGAJET_GRAPHS_H_

#include "fpgajet_select.h"

namespace nnet {

template <class mask_T, class e_T, typename CONFIG_T>
void complete_graph(mask_T mask[CONFIG_T::slots], e_T e[CONFIG_T::slots * CONFIG_T::slots]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=mask complete
    #pragma HLS ARRAY_PARTITION variable=e complete

    for (unsigned i = 0; i < CONFIG_T::slots; i++) {
        #pragma HLS UNROLL
        for (unsigned j = 0; j < CONFIG_T::slots; j++) {
            #pragma HLS UNROLL
            e[i * CONFIG_T::slots + j] = select(i != j && mask[i] != 0 && mask[j] != 0, e_T(1), e_T(0));
        }
    }
}

template <class d_T, class mask_T, class e_T, typename CONFIG_T>
void knn_graph(d_T d[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::stride], mask_T mask[CONFIG_T::slots],
               e_T e[CONFIG_T::slots * CONFIG_T::slots]) {
    typedef typename CONFIG_T::rank_t rank_T;
    static const unsigned N = CONFIG_T::slots;
    static const unsigned S = CONFIG_T::stride;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=d complete
    #pragma HLS ARRAY_PARTITION variable=mask complete
    #pragma HLS ARRAY_PARTITION variable=e complete

    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        rank_T rank[N];
        #pragma HLS ARRAY_PARTITION variable=rank complete
        for (unsigned j = 0; j < N; j++) {
            #pragma HLS UNROLL
            rank[j] = 0;
        }
        // One comparison orders j < k in the row of i; equal distances leave j before k.
        for (unsigned j = 0; j < N; j++) {
            #pragma HLS UNROLL
            for (unsigned k = j + 1; k < N; k++) {
                #pragma HLS UNROLL
                if (i == j || i == k)
                    continue;
                const auto later = d[(i * N + k) * S] < d[(i * N + j) * S];
                rank[j] += select(later && mask[k] != 0, rank_T(1), rank_T(0));
                rank[k] += select(!later && mask[j] != 0, rank_T(1), rank_T(0));
            }
        }
        for (unsigned j = 0; j < N; j++) {
            #pragma HLS UNROLL
            const auto near = rank[j] < CONFIG_T::neighbours;
            e[i * N + j] = select(i != j && near && mask[i] != 0 && mask[j] != 0, e_T(1), e_T(0));
        }
    }
}

} // namespace nnet

#endif
