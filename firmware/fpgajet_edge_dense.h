// PairDense and EdgeDense: m_ij = act(W [s_i, s_j(, x_ij)] + b), rounded once; the products of the constituents are made
// once a constituent. Defined by fpgajet/ops/edge_dense.py; every bit must equal it.

#ifndef FPGAJET_EDGE_DENSE_H_
#define FPGAJET_EDGE_DENSE_H_

#include "fpgajet_folding.h"
#include "fpgajet_select.h"

namespace nnet {

// What a constituent gives as receiver (with the bias) and as sender, for the constituents of one phase.
template <class s_T, typename CONFIG_T, unsigned WIDTH, unsigned AT_ONCE>
void constituent_terms_phase(s_T s[AT_ONCE * CONFIG_T::features],
                             typename CONFIG_T::receiver_t receiver[AT_ONCE * CONFIG_T::outputs],
                             typename CONFIG_T::sender_t sender[AT_ONCE * CONFIG_T::outputs],
                             typename CONFIG_T::weight_t weight[CONFIG_T::outputs * WIDTH],
                             typename CONFIG_T::bias_t bias[CONFIG_T::outputs]) {
    #pragma HLS INLINE
    for (unsigned i = 0; i < AT_ONCE; i++) {
        #pragma HLS UNROLL
        for (unsigned g = 0; g < CONFIG_T::outputs; g++) {
            #pragma HLS UNROLL
            typename CONFIG_T::receiver_t received = bias[g];
            typename CONFIG_T::sender_t sent = 0;
            for (unsigned f = 0; f < CONFIG_T::features; f++) {
                #pragma HLS UNROLL
                received += s[i * CONFIG_T::features + f] * weight[g * WIDTH + f];
                sent += s[i * CONFIG_T::features + f] * weight[g * WIDTH + CONFIG_T::features + f];
            }
            receiver[i * CONFIG_T::outputs + g] = received;
            sender[i * CONFIG_T::outputs + g] = sent;
        }
    }
}

template <class UNIT>
void constituent_terms_shared(typename UNIT::first_t s[UNIT::size * UNIT::config_t::features],
                              typename UNIT::config_t::receiver_t receiver[UNIT::size * UNIT::config_t::outputs],
                              typename UNIT::config_t::sender_t sender[UNIT::size * UNIT::config_t::outputs],
                              typename UNIT::config_t::weight_t weight[UNIT::config_t::outputs * UNIT::extra],
                              typename UNIT::config_t::bias_t bias[UNIT::config_t::outputs]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    #pragma HLS FUNCTION_INSTANTIATE variable=weight,bias
    constituent_terms_phase<typename UNIT::first_t, typename UNIT::config_t, UNIT::extra, UNIT::size>(
        s, receiver, sender, weight, bias);
}

template <class s_T, typename CONFIG_T, unsigned WIDTH>
void constituent_terms(s_T s[CONFIG_T::slots * CONFIG_T::features],
                       typename CONFIG_T::receiver_t receiver[CONFIG_T::slots * CONFIG_T::outputs],
                       typename CONFIG_T::sender_t sender[CONFIG_T::slots * CONFIG_T::outputs],
                       typename CONFIG_T::weight_t weight[CONFIG_T::outputs * WIDTH],
                       typename CONFIG_T::bias_t bias[CONFIG_T::outputs]) {
    typedef typename CONFIG_T::receiver_t receiver_T;
    typedef typename CONFIG_T::sender_t sender_T;
    static const unsigned N = CONFIG_T::slots;
    static const unsigned G = CONFIG_T::outputs;
    static const unsigned J = folding<CONFIG_T::slots, CONFIG_T::reuse_factor>::at_once;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, J, s_T, s_T, s_T, WIDTH> unit_t;
    #pragma HLS ALLOCATION function instances=constituent_terms_shared<unit_t> limit=1
    for (unsigned phase = 0; phase < folding<N, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        s_T now[J * CONFIG_T::features];
        receiver_T received[J * G];
        sender_T sent[J * G];
        #pragma HLS ARRAY_PARTITION variable=now complete
        #pragma HLS ARRAY_PARTITION variable=received complete
        #pragma HLS ARRAY_PARTITION variable=sent complete
        gather_columns<s_T, 1, N, CONFIG_T::features, J>(s, now, phase);
        if (CONFIG_T::reuse_factor == 1)
            constituent_terms_phase<s_T, CONFIG_T, WIDTH, J>(now, received, sent, weight, bias);
        else
            constituent_terms_shared<unit_t>(now, received, sent, weight, bias);
        scatter_columns<receiver_T, 1, N, G, J>(received, receiver, phase);
        scatter_columns<sender_T, 1, N, G, J>(sent, sender, phase);
    }
}

// act(receiver_i + sender_j + W_e x_ij) of all rows i and the columns j of one phase. E = 0: no pair features.
template <class x_T, class m_T, typename CONFIG_T, unsigned E, unsigned AT_ONCE>
void edge_phase(typename CONFIG_T::receiver_t receiver[CONFIG_T::slots * CONFIG_T::outputs],
                typename CONFIG_T::sender_t sender[AT_ONCE * CONFIG_T::outputs],
                x_T x[CONFIG_T::slots * AT_ONCE * (E ? E : 1)], m_T m[CONFIG_T::slots * AT_ONCE * CONFIG_T::outputs],
                typename CONFIG_T::weight_t weight[CONFIG_T::outputs * (2 * CONFIG_T::features + E)]) {
    static const unsigned G = CONFIG_T::outputs;
    static const unsigned width = 2 * CONFIG_T::features + E;
    #pragma HLS INLINE
    for (unsigned i = 0; i < CONFIG_T::slots; i++) {
        #pragma HLS UNROLL
        for (unsigned c = 0; c < AT_ONCE; c++) {
            #pragma HLS UNROLL
            for (unsigned g = 0; g < G; g++) {
                #pragma HLS UNROLL
                typename CONFIG_T::accumulator_t sum = receiver[i * G + g] + sender[c * G + g];
                for (unsigned e = 0; e < E; e++) {
                    #pragma HLS UNROLL
                    sum += x[(i * AT_ONCE + c) * E + e] * weight[g * width + 2 * CONFIG_T::features + e];
                }
                if (CONFIG_T::relu)
                    sum = select(sum < 0, typename CONFIG_T::accumulator_t(0), sum);
                m[(i * AT_ONCE + c) * G + g] = sum;
            }
        }
    }
}

template <class UNIT>
void edge_shared(typename UNIT::config_t::receiver_t receiver[UNIT::config_t::slots * UNIT::config_t::outputs],
                 typename UNIT::config_t::sender_t sender[UNIT::size * UNIT::config_t::outputs],
                 typename UNIT::first_t x[UNIT::config_t::slots * UNIT::size * (UNIT::extra ? UNIT::extra : 1)],
                 typename UNIT::second_t m[UNIT::config_t::slots * UNIT::size * UNIT::config_t::outputs],
                 typename UNIT::config_t::weight_t
                     weight[UNIT::config_t::outputs * (2 * UNIT::config_t::features + UNIT::extra)]) {
    #pragma HLS INLINE off
    #pragma HLS PIPELINE II=1
    #pragma HLS FUNCTION_INSTANTIATE variable=weight
    edge_phase<typename UNIT::first_t, typename UNIT::second_t, typename UNIT::config_t, UNIT::extra, UNIT::size>(
        receiver, sender, x, m, weight);
}

// E = 0: x is not read.
template <class s_T, class x_T, class m_T, typename CONFIG_T, unsigned E>
void edges_of(s_T s[CONFIG_T::slots * CONFIG_T::features], x_T x[], m_T m[],
              typename CONFIG_T::weight_t weight[CONFIG_T::outputs * (2 * CONFIG_T::features + E)],
              typename CONFIG_T::bias_t bias[CONFIG_T::outputs]) {
    typedef typename CONFIG_T::sender_t sender_T;
    static const unsigned N = CONFIG_T::slots;
    static const unsigned G = CONFIG_T::outputs;
    static const unsigned J = folding<CONFIG_T::slots, CONFIG_T::reuse_factor>::at_once;
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    typedef shared_unit<CONFIG_T, J, x_T, m_T, x_T, E> unit_t;
    #pragma HLS ALLOCATION function instances=edge_shared<unit_t> limit=1
    typename CONFIG_T::receiver_t receiver[N * G];
    sender_T sender[N * G];
    #pragma HLS ARRAY_PARTITION variable=receiver complete
    #pragma HLS ARRAY_PARTITION variable=sender complete
    constituent_terms<s_T, CONFIG_T, 2 * CONFIG_T::features + E>(s, receiver, sender, weight, bias);

    for (unsigned phase = 0; phase < folding<N, CONFIG_T::reuse_factor>::phases; phase++) {
        #pragma HLS UNROLL
        sender_T sent[J * G];
        x_T of_pairs[N * J * (E ? E : 1)];
        m_T made[N * J * G];
        #pragma HLS ARRAY_PARTITION variable=sent complete
        #pragma HLS ARRAY_PARTITION variable=of_pairs complete
        #pragma HLS ARRAY_PARTITION variable=made complete
        gather_columns<sender_T, 1, N, G, J>(sender, sent, phase);
        if (E > 0)
            gather_columns<x_T, N, N, (E ? E : 1), J>(x, of_pairs, phase);
        if (CONFIG_T::reuse_factor == 1)
            edge_phase<x_T, m_T, CONFIG_T, E, J>(receiver, sent, of_pairs, made, weight);
        else
            edge_shared<unit_t>(receiver, sent, of_pairs, made, weight);
        scatter_columns<m_T, N, N, G, J>(made, m, phase);
    }
}

template <class s_T, class x_T, class m_T, typename CONFIG_T>
void edge_dense(s_T s[CONFIG_T::slots * CONFIG_T::features],
                x_T x[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::edge_features],
                m_T m[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::outputs],
                typename CONFIG_T::weight_t weight[CONFIG_T::outputs * (2 * CONFIG_T::features + CONFIG_T::edge_features)],
                typename CONFIG_T::bias_t bias[CONFIG_T::outputs]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=s complete
    #pragma HLS ARRAY_PARTITION variable=x complete
    #pragma HLS ARRAY_PARTITION variable=m complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete
    edges_of<s_T, x_T, m_T, CONFIG_T, CONFIG_T::edge_features>(s, x, m, weight, bias);
}

template <class s_T, class m_T, typename CONFIG_T>
void pair_dense(s_T s[CONFIG_T::slots * CONFIG_T::features], m_T m[CONFIG_T::slots * CONFIG_T::slots * CONFIG_T::outputs],
                typename CONFIG_T::weight_t weight[CONFIG_T::outputs * 2 * CONFIG_T::features],
                typename CONFIG_T::bias_t bias[CONFIG_T::outputs]) {
    #pragma HLS PIPELINE II=CONFIG_T::reuse_factor
    #pragma HLS ARRAY_PARTITION variable=s complete
    #pragma HLS ARRAY_PARTITION variable=m complete
    #pragma HLS ARRAY_PARTITION variable=weight complete
    #pragma HLS ARRAY_PARTITION variable=bias complete
    edges_of<s_T, s_T, m_T, CONFIG_T, 0>(s, s, m, weight, bias);
}

} // namespace nnet

#endif
