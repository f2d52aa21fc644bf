// Skip, Product, Join and Columns. Defined by fpgajet/ops/elementwise.py; every bit must equal it.

#ifndef FPGAJET_ELEMENTWISE_H_
#define FPGAJET_ELEMENTWISE_H_

namespace nnet {

template <class x_T, class y_T, class z_T, typename CONFIG_T>
void skip_sum(x_T x[CONFIG_T::points * CONFIG_T::first], y_T y[CONFIG_T::points * CONFIG_T::second],
          z_T z[CONFIG_T::points * CONFIG_T::first]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=z complete
    for (unsigned k = 0; k < CONFIG_T::points * CONFIG_T::first; k++) {
        #pragma HLS UNROLL
        const typename CONFIG_T::accumulator_t sum = x[k] + y[k];
        z[k] = sum;
    }
}

template <class x_T, class y_T, class z_T, typename CONFIG_T>
void elementwise_product(x_T x[CONFIG_T::points * CONFIG_T::first], y_T y[CONFIG_T::points * CONFIG_T::second],
             z_T z[CONFIG_T::points * CONFIG_T::first]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=z complete
    for (unsigned p = 0; p < CONFIG_T::points; p++) {
        #pragma HLS UNROLL
        for (unsigned f = 0; f < CONFIG_T::first; f++) {
            #pragma HLS UNROLL
            const y_T factor = y[p * CONFIG_T::second + ((CONFIG_T::second == 1) ? 0 : f)];
            const typename CONFIG_T::accumulator_t product = x[p * CONFIG_T::first + f] * factor;
            z[p * CONFIG_T::first + f] = product;
        }
    }
}

template <class x_T, class y_T, class z_T, typename CONFIG_T>
void join_features(x_T x[CONFIG_T::points * CONFIG_T::first], y_T y[CONFIG_T::points * CONFIG_T::second],
          z_T z[CONFIG_T::points * (CONFIG_T::first + CONFIG_T::second)]) {
    static const unsigned width = CONFIG_T::first + CONFIG_T::second;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=z complete
    for (unsigned p = 0; p < CONFIG_T::points; p++) {
        #pragma HLS UNROLL
        for (unsigned f = 0; f < CONFIG_T::first; f++) {
            #pragma HLS UNROLL
            z[p * width + f] = x[p * CONFIG_T::first + f];
        }
        for (unsigned f = 0; f < CONFIG_T::second; f++) {
            #pragma HLS UNROLL
            z[p * width + CONFIG_T::first + f] = y[p * CONFIG_T::second + f];
        }
    }
}

template <class x_T, class y_T, typename CONFIG_T>
void take_columns(x_T x[CONFIG_T::points * CONFIG_T::given], y_T y[CONFIG_T::points * CONFIG_T::count]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    for (unsigned p = 0; p < CONFIG_T::points; p++) {
        #pragma HLS UNROLL
        for (unsigned f = 0; f < CONFIG_T::count; f++) {
            #pragma HLS UNROLL
            y[p * CONFIG_T::count + f] = x[p * CONFIG_T::given + CONFIG_T::from + f];
        }
    }
}

} // namespace nnet

#endif
