// Distances of angles, for the operators that read (pT, eta, phi) integers. Defined by fpgajet/ops/angular.py.

#ifndef FPGAJET_ANGLES_H_
#define FPGAJET_ANGLES_H_

#include "fpgajet_select.h"

namespace nnet {

// |first - second| as the address of a table, saturated to the table.
template <typename CONFIG_T>
typename CONFIG_T::address_t angular_address(typename CONFIG_T::angle_t first, typename CONFIG_T::angle_t second) {
    #pragma HLS INLINE
    const typename CONFIG_T::difference_t difference = first - second;
    const typename CONFIG_T::distance_t distance =
        select(difference < 0, typename CONFIG_T::difference_t(-difference), difference);
    const typename CONFIG_T::address_t address = distance;
    return address;
}

// What d of two constituents needs: both pT and the addresses of the tables.
template <typename CONFIG_T> struct angular_pair {
    typename CONFIG_T::pt_t pt_first, pt_second;
    typename CONFIG_T::address_t eta, phi;
};

// Pair q of two lists of (pT, eta, phi). The types wrap: dropping the bits above is free, and the input form keeps
// constituents inside.
template <class x_T, typename CONFIG_T> angular_pair<CONFIG_T> angular_pair_of(x_T first[], x_T second[], unsigned q) {
    #pragma HLS INLINE
    angular_pair<CONFIG_T> pair;
    pair.pt_first = first[3 * q];
    pair.pt_second = second[3 * q];
    pair.eta = angular_address<CONFIG_T>(first[3 * q + 1], second[3 * q + 1]);
    pair.phi = angular_address<CONFIG_T>(first[3 * q + 2], second[3 * q + 2]);
    return pair;
}

} // namespace nnet

#endif
