// LinEq2to2: six aggregators of d, mixed by constant weights, biases from tables over the number of real slots,
// ReLU, mask, rounded once. Defined by fpgajet/ops/lin_eq_2to2.py; every bit must equal it. With weight_rows > 1 the
// weights of the sums come from a table over the number of real slots too (fpgajet/ops/lin_eq_2to2_n.py).

#ifndef FPGAJET_LIN_EQ_2TO2_H_
#define FPGAJET_LIN_EQ_2TO2_H_

#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// y = w d_ij + a_i + b_j of the pairs (i, j) of one phase, and the same of (j, i): ReLU, mask, rounded once.
template <class d_T, class z_T, typename CONFIG_T, unsigned PAIRS>
void lin_eq_2to2_phase(d_T d[PAIRS], ap_uint<1> real[PAIRS], typename CONFIG_T::accumulator_t row_first[PAIRS * CONFIG_T::hidden],
                       typename CONFIG_T::accumulator_t column_second[PAIRS * CONFIG_T::hidden],
                       typename CONFIG_T::accumulator_t row_second[PAIRS * CONFIG_T::hidden],
                       typename CONFIG_T::accumulator_t column_first[PAIRS * CONFIG_T::hidden],
                       z_T forth[PAIRS * CONFIG_T::hidden], z_T back[PAIRS * CONFIG_T::hidden],
                       typename CONFIG_T::weight_t weight[]) {
    #pragma HLS INLINE
    static const unsigned C = CONFIG_T::hidden;
    for (unsigned q = 0; q < PAIRS; q++) {
        #pragma HLS UNROLL
        for (unsigned c = 0; c < C; c++) {
            #pragma HLS UNROLL
            const typename CONFIG_T::accumulator_t pair = d[q] * weight[6 * c]; // of all rows of the table the same
            const typename CONFIG_T::accumulator_t y_ij = pair + row_first[q * C + c] + column_second[q * C + c];
            const typename CONFIG_T::accumulator_t y_ji = pair + row_second[q * C + c] + column_first[q * C + c];
            const z_T z_ij = select(y_ij > 0, y_ij, typename CONFIG_T::accumulator_t(0));
            z_T z_ji = select(y_ji > 0, y_ji, typename CONFIG_T::accumulator_t(0));
            if (CONFIG_T::symmetric) // then y_ji = y_ij, and the lines above are not built
                z_ji = z_ij;
            forth[q * C + c] = select(real[q] != 0, z_ij, z_T(0));
            back[q * C + c] = select(real[q] != 0, z_ji, z_T(0));
        }
    }
}

template <class UNIT>
void lin_eq_2to2_shared(typename UNIT::first_t d[UNIT::size], ap_uint<1> real[UNIT::size],
                        typename UNIT::config_t::accumulator_t row_first[UNIT::size * UNIT::config_t::hidden],
                        typename UNIT::config_t::accumulator_t column_second[UNIT::size * UNIT::config_t::hidden],
                        typename UNIT::config_t::accumulator_t row_second[UNIT::size * UNIT::config_t::hidden],
                        typename UNIT::config_t::accumulator_t column_first[UNIT::size * UNIT::config_t::hidden],
                        typename UNIT::second_t forth[UNIT::size * UNIT::config_t::hidden],
                        typename UNIT::second_t back[UNIT::size * UNIT::config_t::hidden],
                        typename UNIT::config_t::weight_t weight[]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    #pragma HLS FUNCTION_INSTANTIATE variable=weight
    lin_eq_2to2_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::size>(
        d, real, row_first, column_second, row_second, column_first, forth, back, weight);
}

// What rows, columns and the diagonal add once the row sums S and the total T are there: weights and biases of this jet.
template <class mask_T, typename CONFIG_T>
void lin_eq_2to2_count(mask_T mask[], typename CONFIG_T::count_t &n) {
    #pragma HLS INLINE
    n = 0;
    for (unsigned i = 0; i < CONFIG_T::slots; i++) {
        #pragma HLS UNROLL
        n += mask[i];
    }
}

// Every term exactly; what all pairs share is in those of the rows.
struct exact_terms {
    template <class mask_T, typename CONFIG_T>
    static void give(mask_T mask[], typename CONFIG_T::row_sum_t row[], typename CONFIG_T::total_t total,
                     typename CONFIG_T::accumulator_t of_row[], typename CONFIG_T::accumulator_t of_column[],
                     typename CONFIG_T::accumulator_t of_diagonal[], typename CONFIG_T::weight_t weight[],
                     typename CONFIG_T::bias_t bias[], typename CONFIG_T::diagonal_bias_t diagonal_bias[]) {
        #pragma HLS INLINE
        static const unsigned M = CONFIG_T::slots;
        static const unsigned C = CONFIG_T::hidden;
        typename CONFIG_T::count_t n;
        lin_eq_2to2_count<mask_T, CONFIG_T>(mask, n);
        for (unsigned c = 0; c < C; c++) {
            #pragma HLS UNROLL
            typename CONFIG_T::weight_t w[6]; // of one row, or of the row for this number of slots
            #pragma HLS ARRAY_PARTITION variable=w complete
            for (unsigned b = 0; b < 6; b++) {
                #pragma HLS UNROLL
                w[b] = lookup<CONFIG_T::weight_rows>(weight, n, C * 6, 6 * c + b);
            }
            const typename CONFIG_T::accumulator_t shared = total * w[4] + lookup<M + 1>(bias, n, C, c);
            const typename CONFIG_T::accumulator_t shared_diagonal = total * w[5] + lookup<M + 1>(diagonal_bias, n, C, c);
            for (unsigned i = 0; i < M; i++) {
                #pragma HLS UNROLL
                of_row[i * C + c] = row[i] * w[3] + shared;
                of_column[i * C + c] = row[i] * w[2];
                of_diagonal[i * C + c] = of_row[i * C + c] + (row[i] * w[1] + shared_diagonal);
            }
        }
    }
};

// Every term rounded; half of what all pairs share is in those of the rows, and half in those of the columns.
struct rounded_terms {
    template <class mask_T, typename CONFIG_T>
    static void give(mask_T mask[], typename CONFIG_T::row_sum_t row[], typename CONFIG_T::total_t total,
                     typename CONFIG_T::accumulator_t of_row[], typename CONFIG_T::accumulator_t of_column[],
                     typename CONFIG_T::accumulator_t of_diagonal[], typename CONFIG_T::weight_t weight[],
                     typename CONFIG_T::bias_t bias[], typename CONFIG_T::diagonal_bias_t diagonal_bias[]) {
        #pragma HLS INLINE
        static const unsigned M = CONFIG_T::slots;
        static const unsigned C = CONFIG_T::hidden;
        typename CONFIG_T::count_t n;
        lin_eq_2to2_count<mask_T, CONFIG_T>(mask, n);
        for (unsigned c = 0; c < C; c++) {
            #pragma HLS UNROLL
            const typename CONFIG_T::shared_t shared = total * weight[6 * c + 4] + lookup<M + 1>(bias, n, C, c);
            typename CONFIG_T::half_t half; // a move of the binary point, as for the row sums
            half.range() = shared.range();
            for (unsigned i = 0; i < M; i++) {
                #pragma HLS UNROLL
                const typename CONFIG_T::exact_row_t exact_row = row[i] * weight[6 * c + 3] + half;
                const typename CONFIG_T::exact_column_t exact_column = row[i] * weight[6 * c + 2] + half;
                const typename CONFIG_T::exact_diagonal_t exact_diagonal =
                    row[i] * weight[6 * c + 1] + (total * weight[6 * c + 5] + lookup<M + 1>(diagonal_bias, n, C, c));
                const typename CONFIG_T::term_t row_term = exact_row;
                const typename CONFIG_T::term_t column_term = exact_column;
                const typename CONFIG_T::term_t diagonal_term = exact_diagonal;
                of_row[i * C + c] = row_term;
                of_column[i * C + c] = column_term;
                of_diagonal[i * C + c] = row_term + diagonal_term;
            }
        }
    }
};

// Pairs (i, i + distance) around the ring of slots, distances 0 ... M / 2.
template <class TERMS, class d_T, class mask_T, class z_T, typename CONFIG_T>
void lin_eq_2to2_mix(d_T d[], mask_T mask[], typename CONFIG_T::row_sum_t row[], typename CONFIG_T::total_t total, z_T z[],
                     typename CONFIG_T::weight_t weight[], typename CONFIG_T::bias_t bias[],
                     typename CONFIG_T::diagonal_bias_t diagonal_bias[]) {
    typedef typename CONFIG_T::accumulator_t accumulator_T;
    static const unsigned M = CONFIG_T::slots;
    static const unsigned C = CONFIG_T::hidden;
    static const unsigned J = folding<M / 2 + 1, CONFIG_T::reuse_factor>::at_once;
    static const unsigned pairs = M * J;
    #pragma HLS INLINE
    typedef shared_unit<CONFIG_T, pairs, d_T, z_T> unit_t;
    #pragma HLS ALLOCATION function instances=lin_eq_2to2_shared<unit_t> limit=1

    accumulator_T of_row[M * C];      // what S_i and all pairs share give to row i
    accumulator_T of_column[M * C];   // what S_j gives to column j
    accumulator_T of_diagonal[M * C]; // row and diagonal together
    #pragma HLS ARRAY_PARTITION variable=of_row complete
    #pragma HLS ARRAY_PARTITION variable=of_column complete
    #pragma HLS ARRAY_PARTITION variable=of_diagonal complete
    TERMS::template give<mask_T, CONFIG_T>(mask, row, total, of_row, of_column, of_diagonal, weight, bias, diagonal_bias);

    for (unsigned phase = 0; phase < folding<M / 2 + 1, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        d_T now[pairs];
        mask_T mask_first[pairs], mask_second[pairs];
        ap_uint<1> real[pairs];
        accumulator_T row_first[pairs * C], row_second[pairs * C], column_first[pairs * C], column_second[pairs * C];
        z_T forth[pairs * C], back[pairs * C];
        #pragma HLS ARRAY_PARTITION variable=now complete
        #pragma HLS ARRAY_PARTITION variable=mask_first complete
        #pragma HLS ARRAY_PARTITION variable=mask_second complete
        #pragma HLS ARRAY_PARTITION variable=real complete
        #pragma HLS ARRAY_PARTITION variable=row_first complete
        #pragma HLS ARRAY_PARTITION variable=row_second complete
        #pragma HLS ARRAY_PARTITION variable=column_first complete
        #pragma HLS ARRAY_PARTITION variable=column_second complete
        #pragma HLS ARRAY_PARTITION variable=forth complete
        #pragma HLS ARRAY_PARTITION variable=back complete
        gather_pairs<d_T, M, 1, 0, J>(d, now, phase);
        gather_ends<mask_T, M, 1, 0, J>(mask, mask_first, mask_second, phase);
        gather_ends<accumulator_T, M, C, 0, J>(of_row, row_first, row_second, phase);
        gather_ends<accumulator_T, M, C, 0, J>(of_column, column_first, column_second, phase);
        for (unsigned q = 0; q < pairs; q++) {
            #pragma HLS UNROLL
            real[q] = (mask_first[q] != 0) && (mask_second[q] != 0);
        }
        for (unsigned k = 0; k < M * C; k++) {
            #pragma HLS UNROLL
            if (phase == 0) // distance 0, the diagonal, is in the first place of every lane
                row_first[k / C * J * C + k % C] = of_diagonal[k];
        }
        if (CONFIG_T::reuse_factor == 1)
            lin_eq_2to2_phase<d_T, z_T, CONFIG_T, pairs>(now, real, row_first, column_second, row_second, column_first,
                                                         forth, back, weight);
        else
            lin_eq_2to2_shared<unit_t>(now, real, row_first, column_second, row_second, column_first, forth, back, weight);
        scatter_pairs<z_T, M, C, 0, J>(forth, back, z, phase);
    }
}

// Row sums and total of d, each rounded once.
template <class d_T, typename CONFIG_T>
void lin_eq_2to2_sums(d_T d[], typename CONFIG_T::row_sum_t row[], typename CONFIG_T::total_t &total) {
    #pragma HLS INLINE
    static const unsigned M = CONFIG_T::slots;
    typename CONFIG_T::row_accumulator_t row_exact[M];
    typename CONFIG_T::total_accumulator_t total_exact = 0;
    #pragma HLS ARRAY_PARTITION variable=row_exact complete

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
    total = total_scaled;
}

template <class d_T, class mask_T, class z_T, typename CONFIG_T>
void lin_eq_2to2(d_T d[CONFIG_T::slots * CONFIG_T::slots], mask_T mask[CONFIG_T::slots],
                 z_T z[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::hidden],
                 typename CONFIG_T::weight_t weight[CONFIG_T::weight_rows * CONFIG_T::hidden * 6],
                 typename CONFIG_T::bias_t bias[(CONFIG_T::slots + 1) * CONFIG_T::hidden],
                 typename CONFIG_T::diagonal_bias_t diagonal_bias[(CONFIG_T::slots + 1) * CONFIG_T::hidden]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=d complete
    #pragma HLS ARRAY_PARTITION variable=mask complete
    #pragma HLS ARRAY_PARTITION variable=z complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete
    #pragma HLS ARRAY_PARTITION variable=diagonal_bias complete

    typename CONFIG_T::row_sum_t row[CONFIG_T::slots];
    typename CONFIG_T::total_t total;
    #pragma HLS ARRAY_PARTITION variable=row complete
    lin_eq_2to2_sums<d_T, CONFIG_T>(d, row, total);
    lin_eq_2to2_mix<exact_terms, d_T, mask_T, z_T, CONFIG_T>(d, mask, row, total, z, weight, bias, diagonal_bias);
}

// The same with terms of rows and columns that are rounded before they meet the pairs.
// Defined by fpgajet/ops/lin_eq_2to2_rounded.py.
template <class d_T, class mask_T, class z_T, typename CONFIG_T>
void lin_eq_2to2_rounded(d_T d[CONFIG_T::slots * CONFIG_T::slots], mask_T mask[CONFIG_T::slots],
                         z_T z[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::hidden],
                         typename CONFIG_T::weight_t weight[CONFIG_T::hidden * 6],
                         typename CONFIG_T::bias_t bias[(CONFIG_T::slots + 1) * CONFIG_T::hidden],
                         typename CONFIG_T::diagonal_bias_t diagonal_bias[(CONFIG_T::slots + 1) * CONFIG_T::hidden]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=d complete
    #pragma HLS ARRAY_PARTITION variable=mask complete
    #pragma HLS ARRAY_PARTITION variable=z complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete
    #pragma HLS ARRAY_PARTITION variable=diagonal_bias complete

    typename CONFIG_T::row_sum_t row[CONFIG_T::slots];
    typename CONFIG_T::total_t total;
    #pragma HLS ARRAY_PARTITION variable=row complete
    lin_eq_2to2_sums<d_T, CONFIG_T>(d, row, total);
    lin_eq_2to2_mix<rounded_terms, d_T, mask_T, z_T, CONFIG_T>(d, mask, row, total, z, weight, bias, diagonal_bias);
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
    lin_eq_2to2_mix<exact_terms, d_T, mask_T, z_T, CONFIG_T>(d, mask, row, total, z, weight, bias, diagonal_bias);
}

} // namespace nnet

#endif
