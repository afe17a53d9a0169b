// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/coverage.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace fxe::sim {

namespace {

void write(const Coverage& c) {
  const char* file = std::getenv("FXE_SIM_COVERAGE");
  if (!file || !*file) return;
  std::ostringstream text;
  for (const auto& [name, count] : c.calls) text << name << ' ' << count << '\n';
  text << "graphs " << c.graphs << "\ngraph_launches " << c.graph_launches << "\nbodies_taken "
       << c.bodies_taken << "\nbodies_skipped " << c.bodies_skipped << "\ndefaults_read " << c.defaults_read
       << "\nkernels " << c.kernels << "\nconvolutions " << c.convolutions << "\nproducts " << c.products
       << "\ncopies " << c.copies << '\n';
  std::ofstream(file, std::ios::app) << text.str();  // in one write, because programs may run side by side
}

}  // namespace

Coverage& coverage() {
  static Coverage& counted = []() -> Coverage& {
    static Coverage c;
    std::atexit([] { write(coverage()); });
    return c;
  }();
  return counted;
}

}  // namespace fxe::sim
