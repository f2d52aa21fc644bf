#ifndef PARAMETERS_H_
#define PARAMETERS_H_

#include "ap_fixed.h"
#include "ap_int.h"

#include "nnet_utils/nnet_code_gen.h"
#include "nnet_utils/nnet_helpers.h"
// hls-fpga-machine-learning insert includes
#include "nnet_utils/fpgajet_constituent_mask.h"
#include "nnet_utils/fpgajet_dot_products.h"
#include "nnet_utils/fpgajet_lin_eq_2to0.h"
#include "nnet_utils/fpgajet_lin_eq_2to2.h"

// hls-fpga-machine-learning insert weights
#include "weights/weight31.h"
#include "weights/bias31.h"
#include "weights/diagonal_bias31.h"
#include "weights/weight34.h"
#include "weights/bias34.h"


// hls-fpga-machine-learning insert layer-config
// mask
struct config26 {
    static const unsigned constituents = 4;
    static const unsigned beams = 0;
    static const unsigned columns = 4;
    static const unsigned reuse_factor = 1;
};

// dots
struct config27 {
    static const unsigned constituents = 4;
    static const unsigned beams = 0;
    static const unsigned reuse_factor = 1;
    typedef ap_fixed<14,12,AP_TRN,AP_WRAP> momentum_t;
    typedef ap_fixed<28,24,AP_TRN,AP_WRAP> product_t;
    typedef ap_fixed<29,25,AP_TRN,AP_WRAP> accumulator_t;
};

// pairs
struct config31 {
    static const unsigned slots = 4;
    static const unsigned hidden = 2;
    static const unsigned row_exponent = 2;
    static const unsigned total_exponent = 4;
    static const unsigned symmetric = 0;
    static const unsigned weight_rows = 1;
    static const unsigned reuse_factor = 1;
    typedef weight31_t weight_t;
    typedef bias31_t bias_t;
    typedef diagonal_bias31_t diagonal_bias_t;
    typedef ap_fixed<12,15,AP_RND_CONV,AP_SAT> row_sum_t;
    typedef ap_fixed<12,15,AP_RND_CONV,AP_SAT> total_t;
    typedef ap_ufixed<3,3,AP_TRN,AP_WRAP> count_t;
    typedef ap_fixed<12,16,AP_TRN,AP_WRAP> row_accumulator_t;
    typedef ap_fixed<14,18,AP_TRN,AP_WRAP> total_accumulator_t;
    typedef ap_fixed<12,14,AP_TRN,AP_WRAP> row_scaled_t;
    typedef ap_fixed<14,14,AP_TRN,AP_WRAP> total_scaled_t;
    typedef ap_fixed<18,8,AP_TRN,AP_WRAP> accumulator_t;
};

// score
struct config34 {
    static const unsigned slots = 4;
    static const unsigned hidden = 2;
    static const unsigned sum_exponent = 4;
    static const unsigned trace_exponent = 2;
    static const unsigned weight_rows = 1;
    static const unsigned scores = 1;
    static const unsigned reuse_factor = 1;
    typedef weight34_t weight_t;
    typedef bias34_t bias_t;
    typedef ap_ufixed<3,3,AP_TRN,AP_WRAP> count_t;
    typedef ap_ufixed<10,7,AP_TRN,AP_WRAP> sum_accumulator_t;
    typedef ap_ufixed<8,5,AP_TRN,AP_WRAP> trace_accumulator_t;
    typedef ap_ufixed<10,3,AP_TRN,AP_WRAP> sum_scaled_t;
    typedef ap_ufixed<8,3,AP_TRN,AP_WRAP> trace_scaled_t;
    typedef ap_fixed<17,5,AP_TRN,AP_WRAP> accumulator_t;
};



#endif
