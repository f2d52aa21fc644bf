// LinEq2to2: six aggregators of d, mixed by constant weights, biases from tables over the number of real slots,
// ReLU, mask, rounded once. Defined by fpgajet/ops/lin_eq_2to2.py; every bit must equal it. With weight_rows > 1 the
// weights of the sums come from a table over the number of real slots too (fpgajet/ops/lin_eq_2to2_n.py).

#ifndef FPGAJET_LIN_EQ_2TO2_H_
#define FPGAJET_LIN_EQ_2TO2_H_

namespace nnet {

// What all pairs have in common once the row sums S and the total T are there.
template <class d_T, class mask_T, class z_T, typename CONFIG_T>
void lin_eq_2to2_mix(d_T d[], mask_T mask[], typename CONFIG_T::row_sum_t row[], typename CONFIG_T::total_t total, z_T z[],
                     typename CONFIG_T::weight_t weight[], typename CONFIG_T::bias_t bias[],
                     typename CONFIG_T::diagonal_bias_t diagonal_bias[]) {
    #pragma HLS INLINE
    static const unsigned M = CONFIG_T::slots;
    static const unsigned C = CONFIG_T::hidden;

    typename CONFIG_T::count_t n = 0;
    for (unsigned i = 0; i < M; i++) {
        #pragma HLS UNROLL
        n += mask[i];
    }
    const unsigned count = n.to_uint();
    const unsigned at = (CONFIG_T::weight_rows > 1) ? count * C * 6 : 0; // first weight for this number of slots

    for (unsigned c = 0; c < C; c++) {
        #pragma HLS UNROLL
        const typename CONFIG_T::accumulator_t shared = total * weight[at + 6 * c + 4] + bias[count * C + c];
        const typename CONFIG_T::accumulator_t shared_diagonal = total * weight[at + 6 * c + 5] + diagonal_bias[count * C + c];

        typename CONFIG_T::accumulator_t of_row[M];    // what S_i and all pairs share give to row i
        typename CONFIG_T::accumulator_t of_column[M]; // what S_j gives to column j
        #pragma HLS ARRAY_PARTITION variable=of_row complete
        #pragma HLS ARRAY_PARTITION variable=of_column complete
        for (unsigned i = 0; i < M; i++) {
            #pragma HLS UNROLL
            of_row[i] = row[i] * weight[at + 6 * c + 3] + shared;
            of_column[i] = row[i] * weight[at + 6 * c + 2];
        }

        for (unsigned i = 0; i < M; i++) {
            #pragma HLS UNROLL
            for (unsigned j = i; j < M; j++) {
                #pragma HLS UNROLL
                const typename CONFIG_T::accumulator_t pair = d[i * M + j] * weight[6 * c]; // in every row the same
                typename CONFIG_T::accumulator_t y_ij = pair + of_row[i] + of_column[j];
                if (i == j)
                    y_ij += row[i] * weight[at + 6 * c + 1] + shared_diagonal;
                const typename CONFIG_T::accumulator_t y_ji = pair + of_row[j] + of_column[i];

                const bool real = (mask[i] != 0) && (mask[j] != 0);
                z_T z_ij = (y_ij > 0) ? y_ij : typename CONFIG_T::accumulator_t(0);
                z_T z_ji = (y_ji > 0) ? y_ji : typename CONFIG_T::accumulator_t(0);
                if (CONFIG_T::symmetric) // then y_ji = y_ij, and the lines above are not built
                    z_ji = z_ij;
                z[(j * M + i) * C + c] = real ? z_ji : z_T(0);
                z[(i * M + j) * C + c] = real ? z_ij : z_T(0); // last: on the diagonal this one counts
            }
        }
    }
}

template <class d_T, class mask_T, class z_T, typename CONFIG_T>
void lin_eq_2to2(d_T d[CONFIG_T::slots * CONFIG_T::slots], mask_T mask[CONFIG_T::slots],
                 z_T z[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::hidden],
                 typename CONFIG_T::weight_t weight[CONFIG_T::weight_rows * CONFIG_T::hidden * 6],
                 typename CONFIG_T::bias_t bias[(CONFIG_T::slots + 1) * CONFIG_T::hidden],
                 typename CONFIG_T::diagonal_bias_t diagonal_bias[(CONFIG_T::slots + 1) * CONFIG_T::hidden]) {
    static const unsigned M = CONFIG_T::slots;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=d complete
    #pragma HLS ARRAY_PARTITION variable=mask complete
    #pragma HLS ARRAY_PARTITION variable=z complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete
    #pragma HLS ARRAY_PARTITION variable=diagonal_bias complete

    typename CONFIG_T::row_accumulator_t row_exact[M];
    typename CONFIG_T::total_accumulator_t total_exact = 0;
    typename CONFIG_T::row_sum_t row[M];
    #pragma HLS ARRAY_PARTITION variable=row_exact complete
    #pragma HLS ARRAY_PARTITION variable=row complete

    for (unsigned i = 0; i < M; i++) {
        #pragma HLS UNROLL
        row_exact[i] = 0;
        for (unsigned j = 0; j < M; j++) {
            #pragma HLS UNROLL
            row_exact[i] += d[i * M + j];
        }
        total_exact += row_exact[i];
        // Dividing by a power of two is a move of the binary point: no bit is lost before the one rounding.
        typename CONFIG_T::row_scaled_t scaled;
        scaled.range() = row_exact[i].range();
        row[i] = scaled;
    }
    typename CONFIG_T::total_scaled_t total_scaled;
    total_scaled.range() = total_exact.range();
    typename CONFIG_T::total_t total = total_scaled;

    lin_eq_2to2_mix<d_T, mask_T, z_T, CONFIG_T>(d, mask, row, total, z, weight, bias, diagonal_bias);
}

// The same with row sums that are given (RowSums); the total is their sum.
// Defined by fpgajet/ops/lin_eq_2to2_rows.py.
template <class d_T, class mask_T, class row_T, class z_T, typename CONFIG_T>
void lin_eq_2to2_rows(d_T d[CONFIG_T::slots * CONFIG_T::slots], mask_T mask[CONFIG_T::slots], row_T rows[CONFIG_T::slots],
                      z_T z[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::hidden],
                      typename CONFIG_T::weight_t weight[CONFIG_T::hidden * 6],
                      typename CONFIG_T::bias_t bias[(CONFIG_T::slots + 1) * CONFIG_T::hidden],
                      typename CONFIG_T::diagonal_bias_t diagonal_bias[(CONFIG_T::slots + 1) * CONFIG_T::hidden]) {
    static const unsigned M = CONFIG_T::slots;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=d complete
    #pragma HLS ARRAY_PARTITION variable=mask complete
    #pragma HLS ARRAY_PARTITION variable=rows complete
    #pragma HLS ARRAY_PARTITION variable=z complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete
    #pragma HLS ARRAY_PARTITION variable=diagonal_bias complete

    typename CONFIG_T::total_accumulator_t total_exact = 0;
    typename CONFIG_T::row_sum_t row[M];
    #pragma HLS ARRAY_PARTITION variable=row complete
    for (unsigned i = 0; i < M; i++) {
        #pragma HLS UNROLL
        row[i] = rows[i];
        total_exact += rows[i];
    }
    typename CONFIG_T::total_scaled_t total_scaled;
    total_scaled.range() = total_exact.range();
    typename CONFIG_T::total_t total = total_scaled;
    lin_eq_2to2_mix<d_T, mask_T, z_T, CONFIG_T>(d, mask, row, total, z, weight, bias, diagonal_bias);
}

} // namespace nnet

#endif
