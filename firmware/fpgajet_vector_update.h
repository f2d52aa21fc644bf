// VectorUpdate: v_i + 2^-exponent r(n_i) sum_j e_ij w_ij (v_i - v_j), rounded once.
// Defined by fpgajet/ops/vector_update.py; every bit must equal it.

#ifndef FPGAJET_VECTOR_UPDATE_H_
#define FPGAJET_VECTOR_UPDATE_H_

#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// sum_j e_ij w_ij and sum_j e_ij w_ij v_j over the senders j of one phase.
template <class v_T, class w_T, class e_T, typename CONFIG_T, unsigned AT_ONCE>
void weighted_sum_phase(v_T v[AT_ONCE * CONFIG_T::given * 4], w_T w[CONFIG_T::slots * AT_ONCE * CONFIG_T::channels],
                        e_T e[CONFIG_T::slots * AT_ONCE],
                        typename CONFIG_T::total_weight_t total[CONFIG_T::slots * CONFIG_T::channels],
                        typename CONFIG_T::pulled_t pulled[CONFIG_T::slots * CONFIG_T::channels * 4]) {
    static const unsigned V = CONFIG_T::channels;
    #pragma HLS INLINE
    for (unsigned i = 0; i < CONFIG_T::slots; i++) {
        #pragma HLS UNROLL
        for (unsigned a = 0; a < V; a++) {
            #pragma HLS UNROLL
            const unsigned given = (CONFIG_T::given == 1) ? 0 : a;
            typename CONFIG_T::total_weight_t weight_sum = 0;
            typename CONFIG_T::pulled_t vector_sum[4] = {0, 0, 0, 0};
            #pragma HLS ARRAY_PARTITION variable=vector_sum complete
            for (unsigned c = 0; c < AT_ONCE; c++) {
                #pragma HLS UNROLL
                const w_T weight = select(e[i * AT_ONCE + c] != 0, w[(i * AT_ONCE + c) * V + a], w_T(0));
                weight_sum += weight;
                for (unsigned m = 0; m < 4; m++) {
                    #pragma HLS UNROLL
                    const typename CONFIG_T::weighted_t weighted = weight * v[(c * CONFIG_T::given + given) * 4 + m];
                    vector_sum[m] += weighted;
                }
            }
            total[i * V + a] = weight_sum;
            for (unsigned m = 0; m < 4; m++) {
                #pragma HLS UNROLL
                pulled[(i * V + a) * 4 + m] = vector_sum[m];
            }
        }
    }
}

template <class UNIT>
void weighted_sum_shared(typename UNIT::first_t v[UNIT::size * UNIT::config_t::given * 4],
                         typename UNIT::second_t w[UNIT::config_t::slots * UNIT::size * UNIT::config_t::channels],
                         typename UNIT::third_t e[UNIT::config_t::slots * UNIT::size],
                         typename UNIT::config_t::total_weight_t total[UNIT::config_t::slots * UNIT::config_t::channels],
                         typename UNIT::config_t::pulled_t pulled[UNIT::config_t::slots * UNIT::config_t::channels * 4]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    weighted_sum_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::third_t,
                       typename UNIT::config_t, UNIT::size>(v, w, e, total, pulled);
}

template <class v_T, class w_T, class e_T, class y_T, typename CONFIG_T>
void vector_update(v_T v[CONFIG_T::slots * CONFIG_T::given * 4],
                   w_T w[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::channels],
                   e_T e[CONFIG_T::slots * CONFIG_T::slots], y_T y[CONFIG_T::slots * CONFIG_T::channels * 4],
                   typename CONFIG_T::reciprocal_t reciprocal[CONFIG_T::slots + 1]) {
    static const unsigned N = CONFIG_T::slots;
    static const unsigned V = CONFIG_T::channels;
    static const unsigned J = folding<N, CONFIG_T::reuse_factor>::at_once;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, J, v_T, w_T, e_T> unit_t;
    #pragma HLS ALLOCATION function instances=weighted_sum_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=v complete
    #pragma HLS ARRAY_PARTITION variable=w complete
    #pragma HLS ARRAY_PARTITION variable=e complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=reciprocal complete

    typename CONFIG_T::total_weight_t total[N * V];
    typename CONFIG_T::pulled_t pulled[N * V * 4];
    #pragma HLS ARRAY_PARTITION variable=total complete
    #pragma HLS ARRAY_PARTITION variable=pulled complete
    for (unsigned phase = 0; phase < folding<N, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        v_T sending[J * CONFIG_T::given * 4];
        w_T weights[N * J * V];
        e_T edges[N * J];
        typename CONFIG_T::total_weight_t total_now[N * V];
        typename CONFIG_T::pulled_t pulled_now[N * V * 4];
        #pragma HLS ARRAY_PARTITION variable=sending complete
        #pragma HLS ARRAY_PARTITION variable=weights complete
        #pragma HLS ARRAY_PARTITION variable=edges complete
        #pragma HLS ARRAY_PARTITION variable=total_now complete
        #pragma HLS ARRAY_PARTITION variable=pulled_now complete
        gather_columns<v_T, 1, N, CONFIG_T::given * 4, J>(v, sending, phase);
        gather_columns<w_T, N, N, V, J>(w, weights, phase);
        gather_columns<e_T, N, N, 1, J>(e, edges, phase);
        if (CONFIG_T::reuse_factor == 1)
            weighted_sum_phase<v_T, w_T, e_T, CONFIG_T, J>(sending, weights, edges, total_now, pulled_now);
        else
            weighted_sum_shared<unit_t>(sending, weights, edges, total_now, pulled_now);
        for (unsigned k = 0; k < N * V; k++) {
            #pragma HLS UNROLL
            total[k] = (phase == 0) ? total_now[k] : typename CONFIG_T::total_weight_t(total[k] + total_now[k]);
        }
        for (unsigned k = 0; k < N * V * 4; k++) {
            #pragma HLS UNROLL
            pulled[k] = (phase == 0) ? pulled_now[k] : typename CONFIG_T::pulled_t(pulled[k] + pulled_now[k]);
        }
    }

    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        typename CONFIG_T::count_t n = 0;
        for (unsigned j = 0; j < N; j++) {
            #pragma HLS UNROLL
            n += e[i * N + j];
        }
        for (unsigned a = 0; a < V; a++) {
            #pragma HLS UNROLL
            const unsigned given = (CONFIG_T::given == 1) ? 0 : a;
            for (unsigned m = 0; m < 4; m++) {
                #pragma HLS UNROLL
                const v_T here = v[(i * CONFIG_T::given + given) * 4 + m];
                const typename CONFIG_T::sum_t sum = total[i * V + a] * here - pulled[(i * V + a) * 4 + m];
                const typename CONFIG_T::product_t product = sum * lookup<N + 1>(reciprocal, n);
                // Dividing by a power of two is a move of the binary point.
                typename CONFIG_T::step_t step;
                step.range() = product.range();
                const typename CONFIG_T::accumulator_t moved = here + step;
                y[(i * V + a) * 4 + m] = moved;
            }
        }
    }
}

} // namespace nnet

#endif
