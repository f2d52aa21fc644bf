// What attention and the probabilities of classes have in common: tables for exponential and reciprocal.
// Defined by fpgajet/ops/attention.py and fpgajet/ops/softmax.py; every bit must equal them.

#ifndef FPGAJET_SHARES_H_
#define FPGAJET_SHARES_H_

#include "fpgajet_select.h"

namespace nnet {

// exp(x - largest) from the table of the exponential of minus its address.
template <class x_T, typename CONFIG_T>
typename CONFIG_T::share_t exponential_share(const x_T largest, const x_T x,
                                             typename CONFIG_T::exponential_t table[CONFIG_T::exponential_entries]) {
    #pragma HLS INLINE
    const typename CONFIG_T::distance_t distance = largest - x;
    const typename CONFIG_T::argument_t argument = distance;
    ap_uint<CONFIG_T::argument_t::width> address = argument.range();
    const typename CONFIG_T::share_t share = lookup<CONFIG_T::exponential_entries>(table, address);
    return share;
}

// 1 / total, the total rounded to an address of the table.
template <typename CONFIG_T>
typename CONFIG_T::reciprocal_t reciprocal_of(const typename CONFIG_T::total_t total,
                                              typename CONFIG_T::reciprocal_t table[CONFIG_T::reciprocal_entries]) {
    #pragma HLS INLINE
    const typename CONFIG_T::denominator_t denominator = total;
    ap_uint<CONFIG_T::denominator_t::width> address = denominator.range();
    return lookup<CONFIG_T::reciprocal_entries>(table, address);
}

} // namespace nnet

#endif
