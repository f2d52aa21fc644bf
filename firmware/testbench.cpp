// Test bench: feeds tb_data/tb_input_features.dat to the design and compares every score, bit for bit, with
// tb_data/tb_output_predictions.dat, which fpgajet's integer reference wrote. Returns 1 at any difference, so
// that csim_design and cosim_design fail. @MODEL@, @N_INPUTS@ inputs, @N_OUTPUTS@ outputs.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "firmware/@PROJECT@.h"
#include "firmware/nnet_utils/nnet_helpers.h"

namespace nnet {
bool trace_enabled = false;
std::map<std::string, void *> *trace_outputs = NULL;
size_t trace_type_size = sizeof(double);
} // namespace nnet

int main() {
    std::ifstream inputs("tb_data/tb_input_features.dat");
    std::ifstream expected("tb_data/tb_output_predictions.dat");
#ifdef RTL_SIM
    std::ofstream log("tb_data/rtl_cosim_results.log");
#else
    std::ofstream log("tb_data/csim_results.log");
#endif
    if (!inputs.is_open() || !expected.is_open()) {
        std::cerr << "ERROR: tb_data/tb_input_features.dat or tb_data/tb_output_predictions.dat is missing" << std::endl;
        return 1;
    }

    unsigned events = 0, differences = 0;
    double first;
    while (inputs >> first) {
        input_t jet[@N_INPUTS@];
        result_t score[@N_OUTPUTS@];
        jet[0] = first;
        for (unsigned k = 1; k < @N_INPUTS@; k++) {
            double value = 0;
            inputs >> value;
            jet[k] = value;
        }
        @PROJECT@(jet, score);
        for (unsigned k = 0; k < @N_OUTPUTS@; k++) {
            double value = 0;
            if (!(expected >> value)) {
                std::cerr << "ERROR: fewer expected scores than jets, at jet " << events << std::endl;
                return 1;
            }
            log << score[k] << (k + 1 < @N_OUTPUTS@ ? " " : "\n");
            if (score[k].to_double() != value) {
                if (differences++ < 10)
                    std::cerr << "DIFFERENT: jet " << events << " output " << k << ": " << score[k].to_double()
                              << ", expected " << value << std::endl;
            }
        }
        events++;
    }
    std::cout << "INFO: " << events << " jets, " << differences << " differing scores" << std::endl;
    if (events == 0) {
        std::cerr << "ERROR: no jets in tb_data/tb_input_features.dat" << std::endl;
        return 1;
    }
    return differences == 0 ? 0 : 1;
}
