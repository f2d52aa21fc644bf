// AffineMean: y_i = 2^-exponent r(n_i) (n_i (W_i s_i + b) + W_j sum_{j != i} s_j), rounded once.
// Defined by fpgajet/ops/affine_mean.py; every bit must equal it.

#ifndef FPGAJET_AFFINE_MEAN_H_
#define FPGAJET_AFFINE_MEAN_H_

#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// n (W_i s + b) + W_j others, for the constituents of one phase.
template <class s_T, typename CONFIG_T, unsigned AT_ONCE>
void affine_sum_phase(s_T s[AT_ONCE * CONFIG_T::features], typename CONFIG_T::others_t others[AT_ONCE * CONFIG_T::features],
                      typename CONFIG_T::count_t count[AT_ONCE],
                      typename CONFIG_T::sum_t sum[AT_ONCE * CONFIG_T::outputs],
                      typename CONFIG_T::weight_t weight[CONFIG_T::outputs * 2 * CONFIG_T::features],
                      typename CONFIG_T::bias_t bias[CONFIG_T::outputs]) {
    static const unsigned F = CONFIG_T::features;
    #pragma HLS INLINE
    for (unsigned i = 0; i < AT_ONCE; i++) {
        #pragma HLS UNROLL
        for (unsigned g = 0; g < CONFIG_T::outputs; g++) {
            #pragma HLS UNROLL
            typename CONFIG_T::receiver_t own = bias[g];
            for (unsigned f = 0; f < F; f++) {
                #pragma HLS UNROLL
                own += s[i * F + f] * weight[g * 2 * F + f];
            }
            typename CONFIG_T::sum_t total = own * count[i];
            for (unsigned f = 0; f < F; f++) {
                #pragma HLS UNROLL
                total += others[i * F + f] * weight[g * 2 * F + F + f];
            }
            sum[i * CONFIG_T::outputs + g] = total;
        }
    }
}

template <class UNIT>
void affine_sum_shared(typename UNIT::first_t s[UNIT::size * UNIT::config_t::features],
                       typename UNIT::config_t::others_t others[UNIT::size * UNIT::config_t::features],
                       typename UNIT::config_t::count_t count[UNIT::size],
                       typename UNIT::config_t::sum_t sum[UNIT::size * UNIT::config_t::outputs],
                       typename UNIT::config_t::weight_t weight[UNIT::config_t::outputs * 2 * UNIT::config_t::features],
                       typename UNIT::config_t::bias_t bias[UNIT::config_t::outputs]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    #pragma HLS FUNCTION_INSTANTIATE variable=weight,bias
    affine_sum_phase<typename UNIT::first_t, typename UNIT::config_t, UNIT::size>(s, others, count, sum, weight, bias);
}

template <class s_T, class mask_T, class y_T, typename CONFIG_T>
void affine_mean(s_T s[CONFIG_T::slots * CONFIG_T::features], mask_T mask[CONFIG_T::slots],
                 y_T y[CONFIG_T::slots * CONFIG_T::outputs],
                 typename CONFIG_T::weight_t weight[CONFIG_T::outputs * 2 * CONFIG_T::features],
                 typename CONFIG_T::bias_t bias[CONFIG_T::outputs],
                 typename CONFIG_T::reciprocal_t reciprocal[CONFIG_T::slots + 1]) {
    typedef typename CONFIG_T::others_t others_T;
    typedef typename CONFIG_T::count_t count_T;
    typedef typename CONFIG_T::sum_t sum_T;
    static const unsigned N = CONFIG_T::slots;
    static const unsigned F = CONFIG_T::features;
    static const unsigned G = CONFIG_T::outputs;
    static const unsigned J = folding<N, CONFIG_T::reuse_factor>::at_once;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, J, s_T> unit_t;
    #pragma HLS ALLOCATION function instances=affine_sum_shared<unit_t> limit=1
    #pragma HLS ARRAY_PARTITION variable=s complete
    #pragma HLS ARRAY_PARTITION variable=mask complete
    #pragma HLS ARRAY_PARTITION variable=y complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete
    #pragma HLS ARRAY_PARTITION variable=reciprocal complete

    typename CONFIG_T::total_t total[F];
    others_T others[N * F];
    count_T count[N];
    #pragma HLS ARRAY_PARTITION variable=total complete
    #pragma HLS ARRAY_PARTITION variable=others complete
    #pragma HLS ARRAY_PARTITION variable=count complete
    for (unsigned f = 0; f < F; f++) {
        #pragma HLS UNROLL
        total[f] = 0;
        for (unsigned i = 0; i < N; i++) {
            #pragma HLS UNROLL
            total[f] += select(mask[i] != 0, s[i * F + f], s_T(0));
        }
    }
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        count[i] = 0;
        for (unsigned j = 0; j < N; j++) {
            #pragma HLS UNROLL
            if (j != i)
                count[i] += select(mask[i] != 0 && mask[j] != 0, count_T(1), count_T(0));
        }
        for (unsigned f = 0; f < F; f++) {
            #pragma HLS UNROLL
            others[i * F + f] = total[f];
            others[i * F + f] -= select(mask[i] != 0, s[i * F + f], s_T(0));
        }
    }

    sum_T sum[N * G];
    #pragma HLS ARRAY_PARTITION variable=sum complete
    for (unsigned phase = 0; phase < folding<N, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        s_T own[J * F];
        others_T rest[J * F];
        count_T n[J];
        sum_T made[J * G];
        #pragma HLS ARRAY_PARTITION variable=own complete
        #pragma HLS ARRAY_PARTITION variable=rest complete
        #pragma HLS ARRAY_PARTITION variable=n complete
        #pragma HLS ARRAY_PARTITION variable=made complete
        gather_columns<s_T, 1, N, F, J>(s, own, phase);
        gather_columns<others_T, 1, N, F, J>(others, rest, phase);
        gather_columns<count_T, 1, N, 1, J>(count, n, phase);
        if (CONFIG_T::reuse_factor == 1)
            affine_sum_phase<s_T, CONFIG_T, J>(own, rest, n, made, weight, bias);
        else
            affine_sum_shared<unit_t>(own, rest, n, made, weight, bias);
        scatter_columns<sum_T, 1, N, G, J>(made, sum, phase);
    }

    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        for (unsigned g = 0; g < G; g++) {
            #pragma HLS UNROLL
            const sum_T gated = select(mask[i] != 0, sum[i * G + g], sum_T(0));
            const typename CONFIG_T::product_t product = gated * lookup<N + 1>(reciprocal, count[i]);
            // Dividing by a power of two is a move of the binary point.
            typename CONFIG_T::mean_t mean;
            mean.range() = product.range();
            y[i * G + g] = mean;
        }
    }
}

} // namespace nnet

#endif
