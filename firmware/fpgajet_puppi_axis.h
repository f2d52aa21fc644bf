// PuppiAxis: the jet's word, with the mean direction of its candidates weighted with pT, before their words.
// Defined by fpgajet/ops/puppi_axis.py; every bit must equal it.

#ifndef FPGAJET_PUPPI_AXIS_H_
#define FPGAJET_PUPPI_AXIS_H_

#include "fpgajet_puppi_words.h"

namespace nnet {

// Sum of pT times the difference over the sum of pT, rounded down: found bit by bit, the highest first.
template <typename CONFIG_T>
ap_int<11> mean_difference(ap_uint<14> pt[CONFIG_T::constituents], ap_int<14> difference[CONFIG_T::constituents],
                           typename CONFIG_T::total_t total) {
    #pragma HLS INLINE
    typename CONFIG_T::moment_t moment = 0;
    for (unsigned i = 0; i < CONFIG_T::constituents; i++) {
        #pragma HLS UNROLL
        const ap_fixed<10, 10, AP_TRN, AP_SAT> near = difference[i];
        const typename CONFIG_T::product_t product = pt[i] * near;
        moment += product;
    }
    typename CONFIG_T::rest_t rest = moment + (typename CONFIG_T::rest_t(total) << 9);
    ap_int<11> mean = -512;
    for (int bit = 9; bit >= 0; bit--) {
        #pragma HLS UNROLL
        const typename CONFIG_T::rest_t part = typename CONFIG_T::rest_t(total) << bit;
        const typename CONFIG_T::rest_t less = rest - part;
        const auto smaller = rest < part;
        rest = select(smaller, rest, less);
        mean += select(smaller, ap_int<11>(0), ap_int<11>(1 << bit));
    }
    return select(total != 0, mean, ap_int<11>(0));
}

template <class x_T, class y_T, typename CONFIG_T>
void puppi_axis(x_T x[CONFIG_T::constituents * 4], y_T y[(CONFIG_T::constituents + 1) * 4]) {
    static const unsigned N = CONFIG_T::constituents;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete

    ap_uint<14> pt[N];
    ap_int<14> across[N], around[N];
    #pragma HLS ARRAY_PARTITION variable=pt complete
    #pragma HLS ARRAY_PARTITION variable=across complete
    #pragma HLS ARRAY_PARTITION variable=around complete
    ap_uint<14> first_pt;
    ap_int<12> first_eta;
    ap_int<11> first_phi;
    unpack_puppi<x_T>(x, first_pt, first_eta, first_phi);
    typename CONFIG_T::total_t total = 0;
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        ap_int<12> eta;
        ap_int<11> phi;
        unpack_puppi<x_T>(&x[4 * i], pt[i], eta, phi);
        total += pt[i];
        across[i] = eta - first_eta;
        around[i] = wrapped_phi<CONFIG_T::half_turn>(phi - first_phi);
        for (unsigned piece = 0; piece < 4; piece++) {
            #pragma HLS UNROLL
            y[4 * (i + 1) + piece] = x[4 * i + piece];
        }
    }
    const ap_ufixed<14, 14, AP_TRN, AP_SAT> limited = total;
    const ap_uint<14> jet_pt = limited;
    const ap_int<12> eta = first_eta + mean_difference<CONFIG_T>(pt, across, total);
    const ap_int<14> turned = first_phi + mean_difference<CONFIG_T>(pt, around, total);
    const ap_int<11> phi = wrapped_phi<CONFIG_T::half_turn>(turned);

    ap_uint<16> low = 0, middle = 0, high = 0;
    low.range(13, 0) = jet_pt.range(13, 0);
    low.range(15, 14) = eta.range(1, 0);
    middle.range(9, 0) = eta.range(11, 2);
    middle.range(15, 10) = phi.range(5, 0);
    high.range(4, 0) = phi.range(10, 6);
    y[0] = low;
    y[1] = middle;
    y[2] = high;
    y[3] = 0;
}

} // namespace nnet

#endif
