// SPDX-License-Identifier: Apache-2.0
// Writes a network with seeded random weights as a safetensors file, for measurements that read files.
//   build/perf/random_weights NETWORK SEED OUT.safetensors
#include "networks/random_weights.h"

#include <cstdio>
#include <cstdlib>

#include "networks/registry.h"
#include "weights_converter/safetensors/file.h"

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::fprintf(stderr, "usage: random_weights NETWORK SEED OUT.safetensors\n");
    return 2;
  }
  const std::string network = argv[1];
  fxe::write_safetensors(
      argv[3], fxe::random_weights(fxe::build_network(network), std::strtoull(argv[2], nullptr, 10)),
      {{"fxe.network", network}});
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "random_weights: %s\n", e.what());
  return 1;
}
