#include <iostream>

#include "random.h"
#include "parameters.h"


void random(
    input_t jet[4*4],
    result_t score[1]
) {

    // hls-fpga-machine-learning insert IO
    #pragma HLS ARRAY_PARTITION variable=jet complete dim=0
    #pragma HLS ARRAY_PARTITION variable=score complete dim=0
    #pragma HLS INTERFACE ap_vld port=jet,score 
    #pragma HLS PIPELINE

    // hls-fpga-machine-learning insert load weights

    // ****************************************
    // NETWORK INSTANTIATION
    // ****************************************

    // hls-fpga-machine-learning insert layers

    layer26_t layer26_out[4];
    #pragma HLS ARRAY_PARTITION variable=layer26_out complete dim=0

    layer27_t layer27_out[4*4];
    #pragma HLS ARRAY_PARTITION variable=layer27_out complete dim=0

    layer31_t layer31_out[4*4*2];
    #pragma HLS ARRAY_PARTITION variable=layer31_out complete dim=0

    nnet::constituent_mask<input_t, layer26_t, config26>(jet, layer26_out); // mask
#ifndef __SYNTHESIS__
    nnet::save_layer_output<layer26_t>(layer26_out, "mask", 4);
#endif

    nnet::dot_products<input_t, layer27_t, config27>(jet, layer27_out); // dots
#ifndef __SYNTHESIS__
    nnet::save_layer_output<layer27_t>(layer27_out, "dots", 4*4);
#endif

    nnet::lin_eq_2to2<layer27_t, layer26_t, layer31_t, config31>(layer27_out, layer26_out, layer31_out, weight31, bias31, diagonal_bias31); // pairs
#ifndef __SYNTHESIS__
    nnet::save_layer_output<layer31_t>(layer31_out, "pairs", 4*4*2);
#endif

    nnet::lin_eq_2to0<layer31_t, layer26_t, result_t, config34>(layer31_out, layer26_out, score, weight34, bias34); // score
#ifndef __SYNTHESIS__
    nnet::save_layer_output<result_t>(score, "score", 1);
#endif

}

