// PairLogits and SoftmaxMean: attention with tables for exponential and reciprocal, each rounded once.
// Defined by fpgajet/ops/attention.py; every bit must equal it.

#ifndef FPGAJET_ATTENTION_H_
#define FPGAJET_ATTENTION_H_

#include "fpgajet_largest.h"
#include "fpgajet_select.h"
#include "fpgajet_shares.h"

namespace nnet {

template <class z_T, class e_T, typename CONFIG_T>
void pair_logits(z_T z[CONFIG_T::slots * CONFIG_T::features], e_T e[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::heads],
                 typename CONFIG_T::weight_t weight[CONFIG_T::features]) {
    static const unsigned N = CONFIG_T::slots;
    static const unsigned F = CONFIG_T::features;
    static const unsigned H = CONFIG_T::heads;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=z complete
    #pragma HLS ARRAY_PARTITION variable=e complete
    #pragma HLS ARRAY_PARTITION variable=weight complete

    const ap_uint<CONFIG_T::slope_bits> slope = CONFIG_T::slope;
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        for (unsigned j = i; j < N; j++) {
            #pragma HLS UNROLL
            for (unsigned h = 0; h < H; h++) {
                #pragma HLS UNROLL
                typename CONFIG_T::accumulator_t logit = 0;
                for (unsigned c = h * (F / H); c < (h + 1) * (F / H); c++) {
                    #pragma HLS UNROLL
                    const typename CONFIG_T::pair_t pair = z[i * F + c] + z[j * F + c];
                    const typename CONFIG_T::opposite_t opposite = -pair;
                    const typename CONFIG_T::multiple_t multiple =
                        select(pair < 0, opposite, typename CONFIG_T::opposite_t(0)) * slope;
                    // Dividing by a power of two is a move of the binary point.
                    typename CONFIG_T::below_t below;
                    below.range() = multiple.range();
                    typename CONFIG_T::activated_t activated = select(pair < 0, typename CONFIG_T::pair_t(0), pair);
                    activated -= below;
                    logit += activated * weight[c];
                }
                e[(i * N + j) * H + h] = logit;
                e[(j * N + i) * H + h] = logit;
            }
        }
    }
}

template <class z_T, class e_T, class m_T, class y_T, typename CONFIG_T>
void softmax_mean(z_T z[CONFIG_T::slots * CONFIG_T::features],
                  e_T e[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::heads], m_T mask[CONFIG_T::slots],
                  y_T y[CONFIG_T::slots * CONFIG_T::features],
                  typename CONFIG_T::exponential_t exponential[CONFIG_T::exponential_entries],
                  typename CONFIG_T::reciprocal_t reciprocal[CONFIG_T::reciprocal_entries]) {
    static const unsigned N = CONFIG_T::slots;
    static const unsigned F = CONFIG_T::features;
    static const unsigned H = CONFIG_T::heads;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=z complete
    #pragma HLS ARRAY_PARTITION variable=e complete
    #pragma HLS ARRAY_PARTITION variable=mask complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=exponential complete
    #pragma HLS ARRAY_PARTITION variable=reciprocal complete

    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        for (unsigned h = 0; h < H; h++) {
            #pragma HLS UNROLL
            e_T tree[N];
            m_T real[N];
            #pragma HLS ARRAY_PARTITION variable=tree complete
            #pragma HLS ARRAY_PARTITION variable=real complete
            for (unsigned j = 0; j < N; j++) {
                #pragma HLS UNROLL
                tree[j] = e[(i * N + j) * H + h];
                real[j] = mask[j];
            }
            largest_first<N, e_T, m_T>(tree, real);

            typename CONFIG_T::share_t share[N];
            #pragma HLS ARRAY_PARTITION variable=share complete
            typename CONFIG_T::total_t total = 0;
            for (unsigned j = 0; j < N; j++) {
                #pragma HLS UNROLL
                const typename CONFIG_T::share_t entry =
                    exponential_share<e_T, CONFIG_T>(tree[0], e[(i * N + j) * H + h], exponential);
                share[j] = select(mask[j] != 0, entry, typename CONFIG_T::share_t(0));
                total += share[j];
            }
            const typename CONFIG_T::reciprocal_t r = reciprocal_of<CONFIG_T>(total, reciprocal);
            for (unsigned c = h * (F / H); c < (h + 1) * (F / H); c++) {
                #pragma HLS UNROLL
                typename CONFIG_T::heard_t heard = 0;
                for (unsigned j = 0; j < N; j++) {
                    #pragma HLS UNROLL
                    heard += share[j] * z[j * F + c];
                }
                const typename CONFIG_T::product_t product = heard * r;
                y[i * F + c] = product;
            }
        }
    }
}

} // namespace nnet

#endif
