// Decisions by values: everything else in these headers decides by numbers that are known when they are compiled.
//
// fpgajet's proof compiles these headers with types that record what is computed, and needs versions of its own of
// these two functions. It requires this file as it is here.

#ifndef FPGAJET_SELECT_H_
#define FPGAJET_SELECT_H_

namespace nnet {

// ``yes`` where the condition holds, else ``no``.
template <class T> T select(const bool condition, const T yes, const T no) {
    #pragma HLS INLINE
    return condition ? yes : no;
}

// Entry ``offset + index * stride`` of a table; with one row the index is not read.
template <unsigned ROWS, class T, class index_T>
T lookup(T table[], const index_T index, const unsigned stride = 1, const unsigned offset = 0) {
    #pragma HLS INLINE
    return table[(ROWS == 1 ? 0 : index.to_uint()) * stride + offset];
}

} // namespace nnet

#endif
