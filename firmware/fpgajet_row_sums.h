// RowSums: S_i = p_i . J with J the sum of all four-momenta, rounded once.
// Defined by fpgajet/ops/row_sums.py; every bit must equal it.

#ifndef FPGAJET_ROW_SUMS_H_
#define FPGAJET_ROW_SUMS_H_

#include "fpgajet_dot_products.h"

namespace nnet {

template <class p_T, class row_T, typename CONFIG_T>
void row_sums(p_T p[CONFIG_T::constituents * 4], row_T row[CONFIG_T::constituents + 2 * CONFIG_T::beams]) {
    static const unsigned slots = CONFIG_T::constituents + 2 * CONFIG_T::beams;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=p complete
    #pragma HLS ARRAY_PARTITION variable=row complete

    typename CONFIG_T::jet_t jet[4];
    #pragma HLS ARRAY_PARTITION variable=jet complete
    for (unsigned k = 0; k < 4; k++) {
        #pragma HLS UNROLL
        jet[k] = 0;
        for (unsigned i = 0; i < slots; i++) {
            #pragma HLS UNROLL
            jet[k] += momentum_of<p_T, CONFIG_T>(p, i, k);
        }
    }
    for (unsigned i = 0; i < slots; i++) {
        #pragma HLS UNROLL
        typename CONFIG_T::product_t product[4];
        #pragma HLS ARRAY_PARTITION variable=product complete
        for (unsigned k = 0; k < 4; k++) {
            #pragma HLS UNROLL
            product[k] = momentum_of<p_T, CONFIG_T>(p, i, k) * jet[k];
        }
        typename CONFIG_T::accumulator_t exact = (product[0] - product[1]) - (product[2] + product[3]);
        // Dividing by a power of two is a move of the binary point: no bit is lost before the one rounding.
        typename CONFIG_T::scaled_t scaled;
        scaled.range() = exact.range();
        row[i] = scaled;
    }
}

} // namespace nnet

#endif
