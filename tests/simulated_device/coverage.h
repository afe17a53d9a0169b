// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace fxe::sim {

// What ran on the simulated GPU. At its end the program appends it, as lines "name count", to the file that
// FXE_SIM_COVERAGE names; coverage_test.py adds up the programs.
struct Coverage {
  std::map<std::string, uint64_t> calls;  // of each function of the runtime and libraries
  uint64_t graphs = 0;                    // made executable
  uint64_t graph_launches = 0;
  uint64_t bodies_taken = 0, bodies_skipped = 0;
  uint64_t defaults_read = 0;  // conditional nodes whose value no kernel had set
  uint64_t kernels = 0, convolutions = 0, products = 0, copies = 0;
};
Coverage& coverage();

}  // namespace fxe::sim
