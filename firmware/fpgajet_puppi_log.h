// PuppiLog: (l, eta, phi) of candidates relative to the jet's axis, from words of 64 bits in pieces of 16, the jet's first.
// Defined by fpgajet/ops/puppi_log.py; every bit must equal it.

#ifndef FPGAJET_PUPPI_LOG_H_
#define FPGAJET_PUPPI_LOG_H_

#include "fpgajet_puppi_words.h"

namespace nnet {

// A difference in steps of the network.
template <typename CONFIG_T> typename CONFIG_T::angle_t relative_angle(ap_int<14> difference) {
    #pragma HLS INLINE
    ap_fixed<CONFIG_T::near_bits, CONFIG_T::near_bits, AP_TRN, AP_SAT> near = difference;
    ap_fixed<CONFIG_T::near_bits + 8, CONFIG_T::near_bits + 1> scaled;
    const ap_int<CONFIG_T::near_bits + 8> product = near * int(CONFIG_T::factor);
    scaled.range() = product.range();
    const typename CONFIG_T::angle_t angle = scaled;
    return angle;
}

// Steps of log2 pT; anything where pT is 0.
template <typename CONFIG_T>
typename CONFIG_T::number_t puppi_logarithm(ap_uint<14> number, typename CONFIG_T::log_table_t log_table[64]) {
    #pragma HLS INLINE
    // Binary search for the leading one: where the top bits are all 0, shift it up.
    ap_uint<5> exponent = 0;
    for (unsigned shift = 8; shift > 0; shift /= 2) {
        #pragma HLS UNROLL
        const auto above = number.range(13, 14 - shift) == 0;
        number = select(above, ap_uint<14>(number << shift), number);
        exponent += select(above, ap_uint<5>(0), ap_uint<5>(shift));
    }
    const ap_uint<6> mantissa = number.range(12, 7);
    const typename CONFIG_T::logarithm_t logarithm = lookup<64>(log_table, mantissa) + exponent * int(CONFIG_T::steps);
    return logarithm;
}

template <class x_T, class y_T, typename CONFIG_T>
void puppi_log(x_T x[(CONFIG_T::constituents + 1) * 4], y_T y[CONFIG_T::constituents * 3],
               typename CONFIG_T::log_table_t log_table[64]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=log_table complete

    ap_uint<14> jet_pt;
    ap_int<12> jet_eta;
    ap_int<11> jet_phi;
    unpack_puppi<x_T>(x, jet_pt, jet_eta, jet_phi);
    for (unsigned i = 0; i < CONFIG_T::constituents; i++) {
        #pragma HLS UNROLL
        ap_uint<14> pt;
        ap_int<12> eta;
        ap_int<11> phi;
        unpack_puppi<x_T>(&x[4 * (i + 1)], pt, eta, phi);

        const typename CONFIG_T::number_t l = puppi_logarithm<CONFIG_T>(pt, log_table);
        const ap_int<14> around = wrapped_phi<CONFIG_T::half_turn>(phi - jet_phi);
        const ap_int<14> across = eta - jet_eta;

        const auto real = pt != 0;
        y[3 * i] = select(real, y_T(l), y_T(0));
        y[3 * i + 1] = select(real, y_T(relative_angle<CONFIG_T>(across)), y_T(0));
        y[3 * i + 2] = select(real, y_T(relative_angle<CONFIG_T>(around)), y_T(0));
    }
}

} // namespace nnet

#endif
