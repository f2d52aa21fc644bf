// What stands in for a header of a project, fpgajet_select.h, which decides by values, and for a function of hls4ml's,
// which writes stages into memory. Included before everything else.

#ifndef FPGAJET_RECORD_H_
#define FPGAJET_RECORD_H_
#define FPGAJET_SELECT_H_

#include "ap_fixed.h"
#include "hls_stream.h"
#define save_layer_output save_layer_output_in_memory
#include "firmware/nnet_utils/nnet_helpers.h"
#undef save_layer_output

namespace nnet {

template <class T> T select(const bool condition, const T yes, const T no) { return condition ? yes : no; }

template <class T> T select(const recorder::Condition condition, const T yes, const T no) {
    using recorder::read;
    return recorder::exact<T>(recorder::line("select" + read(condition.node) + read(yes.node) + read(no.node)));
}

template <unsigned ROWS, class T, class index_T>
T lookup(T table[], const index_T index, const unsigned stride = 1, const unsigned offset = 0) {
    static_assert(!index_T::is_signed && index_T::fraction == 0, "an address is an unsigned integer");
    if (ROWS == 1)
        return table[offset];
    std::vector<recorder::Node> entries;
    for (unsigned k = 0; k < ROWS; k++)
        entries.push_back(table[k * stride + offset].node);
    return recorder::exact<T>(recorder::of_two("lookup", recorder::table(entries), index.node));
}

template <class T> void write_stage(T *data, const char *name, size_t size) {
    std::string words = std::string("stage ") + name + recorder::number(T::fraction);
    for (size_t k = 0; k < size; k++)
        words += recorder::read(data[k].node);
    recorder::line(words);
}

template <class T> void save_layer_output(T *data, const char *name, size_t size) { write_stage(data, name, size); }

} // namespace nnet

namespace recorder {

template <class IN, class OUT> void call(void (*top)(IN *, OUT *), IN *jet, OUT *score) { top(jet, score); }
template <class IN, class OUT, class BIT> void call(void (*top)(IN *, OUT *, BIT &), IN *jet, OUT *score) {
    BIT decision;
    top(jet, score, decision);
}

// Call a top function for one jet of which nothing is known, and write everything down.
template <class IN, class OUT, class... REST>
int record(void (*top)(IN *, OUT *, REST...), size_t inputs, size_t outputs, const char *path) {
    std::vector<IN> jet(inputs);
    std::vector<OUT> score(outputs);
    for (size_t k = 0; k < inputs; k++)
        jet[k].node = line("input" + number(k) + number(IN::is_signed) + number(IN::width) + number(IN::fraction) +
                           number(IN::rounding) + number(IN::overflow));
    call(top, jet.data(), score.data());
    nnet::write_stage(score.data(), "=", outputs);
    std::FILE *file = std::fopen(path, "w");
    if (!file || std::fwrite(text().data(), 1, text().size(), file) != text().size() || std::fclose(file))
        return 1;
    return 0;
}

} // namespace recorder

#endif
