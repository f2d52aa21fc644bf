// DotProducts: d_ij = E_i E_j - px_i px_j - py_i py_j - pz_i pz_j for i <= j, rounded once, copied to (j, i).
// Defined by fpgajet/ops/dot_products.py; every bit must equal it.

#ifndef FPGAJET_DOT_PRODUCTS_H_
#define FPGAJET_DOT_PRODUCTS_H_

namespace nnet {

// Four-momentum component k of slot i: the beams (1, 0, 0, +-1) come first, then the constituents.
template <class p_T, typename CONFIG_T> typename CONFIG_T::momentum_t momentum_of(p_T p[], unsigned i, unsigned k) {
    #pragma HLS INLINE
    if (i >= 2 * CONFIG_T::beams)
        return p[4 * (i - 2 * CONFIG_T::beams) + k];
    if (k == 0)
        return 1;
    if (k == 3)
        return (i == 0) ? 1 : -1;
    return 0;
}

template <class p_T, class d_T, typename CONFIG_T>
void dot_products(p_T p[CONFIG_T::constituents * 4],
                  d_T d[(CONFIG_T::constituents + 2 * CONFIG_T::beams) * (CONFIG_T::constituents + 2 * CONFIG_T::beams)]) {
    static const unsigned slots = CONFIG_T::constituents + 2 * CONFIG_T::beams;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=p complete
    #pragma HLS ARRAY_PARTITION variable=d complete

    for (unsigned i = 0; i < slots; i++) {
        #pragma HLS UNROLL
        for (unsigned j = i; j < slots; j++) {
            #pragma HLS UNROLL
            typename CONFIG_T::product_t product[4];
            #pragma HLS ARRAY_PARTITION variable=product complete
            for (unsigned k = 0; k < 4; k++) {
                #pragma HLS UNROLL
                product[k] = momentum_of<p_T, CONFIG_T>(p, i, k) * momentum_of<p_T, CONFIG_T>(p, j, k);
            }
            typename CONFIG_T::accumulator_t dot = (product[0] - product[1]) - (product[2] + product[3]);
            d_T rounded = dot;
            d[i * slots + j] = rounded;
            d[j * slots + i] = rounded;
        }
    }
}

} // namespace nnet

#endif
