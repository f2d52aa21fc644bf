// SignedLog and PairLog: y = sign(x) M(1 + |x| / unit) with Mitchell's logarithm M(2^k (1 + f)) = k + f.
// Defined by fpgajet/ops/signed_log.py; every bit must equal it.

#ifndef FPGAJET_SIGNED_LOG_H_
#define FPGAJET_SIGNED_LOG_H_

#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// |x|, or x where it is not negative; the two cases need types of their own.
template <class x_T, typename CONFIG_T, bool SIGNED> struct log_argument;

template <class x_T, typename CONFIG_T> struct log_argument<x_T, CONFIG_T, true> {
    static typename CONFIG_T::argument_t of(x_T x) {
        #pragma HLS INLINE
        typedef typename CONFIG_T::magnitude_t magnitude_T;
        return select(x < 0, magnitude_T(-x), magnitude_T(x));
    }
};

template <class x_T, typename CONFIG_T> struct log_argument<x_T, CONFIG_T, false> {
    static typename CONFIG_T::argument_t of(x_T x) {
        #pragma HLS INLINE
        typename CONFIG_T::argument_t argument = x;
        return argument;
    }
};

template <class x_T, class y_T, typename CONFIG_T> y_T signed_log_of(x_T x) {
    static const unsigned W = CONFIG_T::width;
    #pragma HLS INLINE
    const typename CONFIG_T::argument_t argument = log_argument<x_T, CONFIG_T, CONFIG_T::is_signed>::of(x);
    ap_uint<W> number = ap_uint<CONFIG_T::argument_bits>(argument.range());
    number += ap_uint<W>(1) << CONFIG_T::unit_bit;

    // Binary search for the leading one: where the top bits are all 0, shift it up.
    ap_int<8> exponent = W - 1;
    for (unsigned step = CONFIG_T::first_step; step > 0; step /= 2) {
        #pragma HLS UNROLL
        const auto above = number.range(W - 1, W - step) == 0;
        number = select(above, ap_uint<W>(number << step), number);
        exponent -= select(above, ap_int<8>(step), ap_int<8>(0));
    }
    exponent -= CONFIG_T::unit_bit;

    // The leading one is the unit; what follows it is the fraction f.
    number[W - 1] = 0;
    ap_ufixed<W, 1> fraction;
    fraction.range() = number.range();
    const typename CONFIG_T::logarithm_t logarithm = fraction + exponent;
    y_T y = logarithm;
    return select(CONFIG_T::is_signed && x < 0, y_T(-y), y);
}

template <class x_T, class y_T, typename CONFIG_T, unsigned VALUES> void signed_log_phase(x_T x[VALUES], y_T y[VALUES]) {
    #pragma HLS INLINE
    for (unsigned k = 0; k < VALUES; k++) {
        #pragma HLS UNROLL
        y[k] = signed_log_of<x_T, y_T, CONFIG_T>(x[k]);
    }
}

template <class UNIT>
void signed_log_shared(typename UNIT::first_t x[UNIT::size], typename UNIT::second_t y[UNIT::size]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    signed_log_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::size>(x, y);
}

template <class x_T, class y_T, typename CONFIG_T>
void signed_log(x_T x[CONFIG_T::rows * CONFIG_T::columns * CONFIG_T::features],
                y_T y[CONFIG_T::rows * CONFIG_T::columns * CONFIG_T::features]) {
    static const unsigned J = folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::at_once;
    static const unsigned values = CONFIG_T::rows * J * CONFIG_T::features;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, values, x_T, y_T> unit_t;
    #pragma HLS ALLOCATION function instances=signed_log_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete

    for (unsigned phase = 0; phase < folding<CONFIG_T::columns, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        x_T now[values];
        y_T made[values];
        #pragma HLS ARRAY_PARTITION variable=now complete
        #pragma HLS ARRAY_PARTITION variable=made complete
        gather_columns<x_T, CONFIG_T::rows, CONFIG_T::columns, CONFIG_T::features, J>(x, now, phase);
        if (CONFIG_T::reuse_factor == 1)
            signed_log_phase<x_T, y_T, CONFIG_T, values>(now, made);
        else
            signed_log_shared<unit_t>(now, made);
        scatter_columns<y_T, CONFIG_T::rows, CONFIG_T::columns, CONFIG_T::features, J>(made, y, phase);
    }
}

// The same for x_ij = x_ji: a lane belongs to a slot i and takes the pairs with j = i + distance around the ring.
template <class x_T, class y_T, typename CONFIG_T>
void pair_log(x_T x[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::features],
              y_T y[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::features]) {
    static const unsigned N = CONFIG_T::slots;
    static const unsigned F = CONFIG_T::features;
    static const unsigned J = folding<N / 2 + 1, CONFIG_T::reuse_factor>::at_once;
    static const unsigned values = N * J * F;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, values, x_T, y_T> unit_t;
    #pragma HLS ALLOCATION function instances=signed_log_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete

    for (unsigned phase = 0; phase < folding<N / 2 + 1, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        x_T now[values];
        y_T made[values];
        #pragma HLS ARRAY_PARTITION variable=now complete
        #pragma HLS ARRAY_PARTITION variable=made complete
        gather_pairs<x_T, N, F, 0, J>(x, now, phase);
        if (CONFIG_T::reuse_factor == 1)
            signed_log_phase<x_T, y_T, CONFIG_T, values>(now, made);
        else
            signed_log_shared<unit_t>(now, made);
        scatter_pairs<y_T, N, F, 0, J>(made, made, y, phase);
    }
}

} // namespace nnet

#endif
