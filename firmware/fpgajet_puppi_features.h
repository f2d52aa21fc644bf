// PuppiFeatures: what a candidate is, from words of 64 bits in pieces of 16, the jet's first.
// Defined by fpgajet/ops/puppi_features.py; every bit must equal it.

#ifndef FPGAJET_PUPPI_FEATURES_H_
#define FPGAJET_PUPPI_FEATURES_H_

#include "fpgajet_puppi_log.h"

namespace nnet {

template <class x_T, class y_T, typename CONFIG_T>
void puppi_features(x_T x[(CONFIG_T::constituents + 1) * 4], y_T y[CONFIG_T::constituents * 13],
                    typename CONFIG_T::log_table_t log_table[64]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=log_table complete

    typedef typename CONFIG_T::number_t number_T;
    const ap_uint<16> first = x[0];
    const ap_uint<14> jet_pt = first.range(13, 0);
    const number_T jet = select(jet_pt != 0, puppi_logarithm<CONFIG_T>(jet_pt, log_table), number_T(0));
    for (unsigned i = 0; i < CONFIG_T::constituents; i++) {
        #pragma HLS UNROLL
        const ap_uint<16> lowest = x[4 * (i + 1)], low = x[4 * (i + 1) + 2], high = x[4 * (i + 1) + 3];
        const ap_uint<14> pt = lowest.range(13, 0);
        const ap_uint<3> kind = low.range(7, 5);
        const ap_uint<2> pair = kind.range(2, 1);
        const ap_uint<1> sign = kind.range(0, 0);
        const auto real = pt != 0, charged = pair != 0;
        ap_uint<10> field = 0;
        field.range(7, 0) = low.range(15, 8);
        field.range(9, 8) = high.range(1, 0);
        const ap_uint<9> weight = field.range(8, 0);
        ap_int<10> z0 = 0;
        z0.range(9, 0) = field.range(9, 0);

        const number_T l = puppi_logarithm<CONFIG_T>(pt, log_table);
        const ap_int<3> of_sign = (ap_int<3>(sign) << 1) - 1;
        y_T *out = &y[13 * i];
        out[0] = select(real, y_T(l), y_T(0));
        out[1] = select(real, y_T(l - jet), y_T(0));
        out[2] = select(real && charged, y_T(of_sign), y_T(0));
        for (unsigned k = 0; k < 8; k++) {
            #pragma HLS UNROLL
            out[3 + k] = select(real && kind == int(k), y_T(1), y_T(0));
        }
        out[11] = select(real, select(charged, y_T(256), y_T(weight)), y_T(0));
        out[12] = select(real && charged, y_T(z0), y_T(0));
    }
}

} // namespace nnet

#endif
