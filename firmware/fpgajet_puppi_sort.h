// PuppiSort: words of candidates in falling pT; of equal pT, the one that came first stays first.
// Defined by fpgajet/ops/puppi_sort.py; every bit must equal it.

#ifndef FPGAJET_PUPPI_SORT_H_
#define FPGAJET_PUPPI_SORT_H_

#include "fpgajet_select.h"

namespace nnet {

// Exchanges two numbers where the condition holds.
template <class T, class condition_T> void exchange(const condition_T condition, T &first, T &second) {
    #pragma HLS INLINE
    const T there = select(condition, second, first), here = select(condition, first, second);
    first = there;
    second = here;
}

template <class x_T, class y_T, typename CONFIG_T>
void puppi_sort(x_T x[(CONFIG_T::jet_words + CONFIG_T::constituents) * 4],
                y_T y[(CONFIG_T::jet_words + CONFIG_T::constituents) * 4]) {
    typedef typename CONFIG_T::key_t key_T;
    static const unsigned N = CONFIG_T::constituents, H = CONFIG_T::jet_words, K = CONFIG_T::slot_bits;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete

    key_T key[N];        // pT, then the place from the end
    ap_uint<2> top[N];   // what is above pT in the lowest piece
    x_T others[N * 3];   // the other pieces
    #pragma HLS ARRAY_PARTITION variable=key complete
    #pragma HLS ARRAY_PARTITION variable=top complete
    #pragma HLS ARRAY_PARTITION variable=others complete
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        const ap_uint<16> low = x[4 * (H + i)];
        const ap_uint<14> pt = low.range(13, 0);
        key[i] = (key_T(pt) << K) + int(N - 1 - i);
        top[i] = low.range(15, 14);
        for (unsigned piece = 0; piece < 3; piece++) {
            #pragma HLS UNROLL
            others[3 * i + piece] = x[4 * (H + i) + piece + 1];
        }
    }

    // Batcher's odd-even merge sort: sorted runs of ``run`` become runs of twice the length.
    for (unsigned run = 1; run < N; run *= 2) {
        #pragma HLS UNROLL
        for (unsigned step = run; step > 0; step /= 2) {
            #pragma HLS UNROLL
            for (unsigned i = 0; i + step < N; i++) {
                #pragma HLS UNROLL
                const unsigned j = i + step;
                if (i < step % run || (i - step % run) / step % 2 != 0 || i / (2 * run) != j / (2 * run))
                    continue;
                const auto later = key[i] < key[j];
                exchange(later, key[i], key[j]);
                exchange(later, top[i], top[j]);
                for (unsigned piece = 0; piece < 3; piece++) {
                    #pragma HLS UNROLL
                    exchange(later, others[3 * i + piece], others[3 * j + piece]);
                }
            }
        }
    }

    for (unsigned piece = 0; piece < 4 * H; piece++) {
        #pragma HLS UNROLL
        y[piece] = x[piece];
    }
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        ap_uint<16> low = 0;
        low.range(13, 0) = key[i].range(K + 13, K);
        low.range(15, 14) = top[i].range(1, 0);
        y[4 * (H + i)] = low;
        for (unsigned piece = 0; piece < 3; piece++) {
            #pragma HLS UNROLL
            y[4 * (H + i) + piece + 1] = others[3 * i + piece];
        }
    }
}

} // namespace nnet

#endif
