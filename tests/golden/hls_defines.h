#ifndef DEFINES_H_
#define DEFINES_H_

#include "ap_fixed.h"
#include "ap_int.h"
#include "nnet_utils/nnet_types.h"
#include <array>
#include <cstddef>
#include <cstdio>
#include <tuple>
#include <tuple>


// hls-fpga-machine-learning insert numbers

// hls-fpga-machine-learning insert layer-precision
typedef ap_fixed<14,12,AP_RND_CONV,AP_SAT,0> input_t;
typedef ap_ufixed<1,1> layer26_t;
typedef ap_fixed<10,14,AP_RND_CONV,AP_SAT,0> layer27_t;
typedef ap_ufixed<6,3,AP_RND_CONV,AP_SAT,0> layer31_t;
typedef ap_fixed<6,-7,AP_RND_CONV,AP_SAT_SYM,0> weight31_t;
typedef ap_fixed<10,3,AP_RND_CONV,AP_SAT,0> bias31_t;
typedef ap_fixed<10,3,AP_RND_CONV,AP_SAT,0> diagonal_bias31_t;
typedef ap_fixed<16,6,AP_RND_CONV,AP_SAT,0> result_t;
typedef ap_fixed<6,1,AP_RND_CONV,AP_SAT_SYM,0> weight34_t;
typedef ap_fixed<12,3,AP_RND_CONV,AP_SAT,0> bias34_t;

// hls-fpga-machine-learning insert emulator-defines


#endif
