// Intervals: (dE)^2 - (dpx)^2 - (dpy)^2 - (dpz)^2 of all pairs and channels, rounded once.
// Defined by fpgajet/ops/pair_intervals.py; every bit must equal it.

#ifndef FPGAJET_INTERVALS_H_
#define FPGAJET_INTERVALS_H_

#include "fpgajet_folding.h"

namespace nnet {

// Intervals between the vectors of two lists.
template <class v_T, class x_T, typename CONFIG_T, unsigned VECTORS>
void intervals_phase(v_T first[VECTORS * 4], v_T second[VECTORS * 4], x_T x[VECTORS]) {
    #pragma HLS INLINE
    for (unsigned k = 0; k < VECTORS; k++) {
        #pragma HLS UNROLL
        typename CONFIG_T::square_t square[4];
        #pragma HLS ARRAY_PARTITION variable=square complete
        for (unsigned m = 0; m < 4; m++) {
            #pragma HLS UNROLL
            const typename CONFIG_T::difference_t difference = first[4 * k + m] - second[4 * k + m];
            square[m] = difference * difference;
        }
        const typename CONFIG_T::accumulator_t interval = (square[0] - square[1]) - (square[2] + square[3]);
        x[k] = interval;
    }
}

template <class UNIT>
void intervals_shared(typename UNIT::first_t first[UNIT::size * 4], typename UNIT::first_t second[UNIT::size * 4],
                      typename UNIT::second_t x[UNIT::size]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    intervals_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::size>(
        first, second, x);
}

// A lane belongs to a slot i and takes the pairs (i, i + distance) around the ring, distances 1 ... N / 2.
template <class v_T, class x_T, typename CONFIG_T>
void intervals(v_T v[CONFIG_T::slots * CONFIG_T::channels * 4],
               x_T x[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::channels]) {
    static const unsigned N = CONFIG_T::slots;
    static const unsigned V = CONFIG_T::channels;
    static const unsigned distances = (N > 1) ? N / 2 : 1;
    static const unsigned J = folding<distances, CONFIG_T::reuse_factor>::at_once;
    static const unsigned vectors = N * J * V;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, vectors, v_T, x_T> unit_t;
    #pragma HLS ALLOCATION function instances=intervals_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=v complete
    #pragma HLS ARRAY_PARTITION variable=x complete

    for (unsigned phase = 0; phase < folding<distances, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        v_T first[vectors * 4];
        v_T second[vectors * 4];
        x_T made[vectors];
        #pragma HLS ARRAY_PARTITION variable=first complete
        #pragma HLS ARRAY_PARTITION variable=second complete
        #pragma HLS ARRAY_PARTITION variable=made complete
        gather_ends<v_T, N, 4 * V, 1, J>(v, first, second, phase);
        if (CONFIG_T::reuse_factor == 1)
            intervals_phase<v_T, x_T, CONFIG_T, vectors>(first, second, made);
        else
            intervals_shared<unit_t>(first, second, made);
        scatter_pairs<x_T, N, V, 1, J>(made, made, x, phase);
    }
    clear_diagonal<x_T, N, V>(x);
}

} // namespace nnet

#endif
