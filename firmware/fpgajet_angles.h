// Distances of angles, for the operators that read (pT, eta, phi) integers. Defined by fpgajet/ops/angular.py.

#ifndef FPGAJET_ANGLES_H_
#define FPGAJET_ANGLES_H_

namespace nnet {

// |first - second| as the address of a table, saturated to the table.
template <typename CONFIG_T>
unsigned angular_address(typename CONFIG_T::angle_t first, typename CONFIG_T::angle_t second) {
    #pragma HLS INLINE
    const typename CONFIG_T::difference_t difference = first - second;
    const typename CONFIG_T::distance_t distance =
        (difference < 0) ? typename CONFIG_T::difference_t(-difference) : difference;
    const typename CONFIG_T::address_t address = distance;
    return address.to_uint();
}

} // namespace nnet

#endif
