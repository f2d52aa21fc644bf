// Only declared: our designs pass arrays.
#ifndef FPGAJET_RECORDER_STREAM_H_
#define FPGAJET_RECORDER_STREAM_H_
namespace hls {
template <class T, int DEPTH = 0> class stream;
}
#endif
