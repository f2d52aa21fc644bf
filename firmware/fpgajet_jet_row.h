// JetRow: (J, p_1, ..., p_N) with J the sum of all four-momenta.
// Defined by fpgajet/ops/jet_row.py; every bit must equal it.

#ifndef FPGAJET_JET_ROW_H_
#define FPGAJET_JET_ROW_H_

namespace nnet {

template <class p_T, class y_T, typename CONFIG_T>
void jet_row(p_T p[CONFIG_T::constituents * 4], y_T y[(CONFIG_T::constituents + 1) * 4]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=p complete
    #pragma HLS ARRAY_PARTITION variable=y complete

    for (unsigned k = 0; k < 4; k++) {
        #pragma HLS UNROLL
        typename CONFIG_T::jet_t jet = 0;
        for (unsigned i = 0; i < CONFIG_T::constituents; i++) {
            #pragma HLS UNROLL
            jet += p[4 * i + k];
            y[4 * (i + 1) + k] = p[4 * i + k];
        }
        y[k] = jet;
    }
}

} // namespace nnet

#endif
