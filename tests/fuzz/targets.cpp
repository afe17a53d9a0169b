// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <array>
#include <atomic>
#include <stdexcept>

#include "engine/error.h"
#include "tests/fuzz/target.h"

namespace fxe::fuzz {

std::span<const Target> targets() {
  static const std::array kTargets{safetensors(),  graph_json(),  torch_pickle(), torch_zip(),
                                   torch_legacy(), onnx_model(),  ensemble(),     preprocess(),
                                   labels(),       classes(),     network_spec(), jpeg(),
                                   png(),          other_images()};
  return kTargets;
}

const Target& find_target(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Target& target : targets()) {
    if (target.name == name) return target;
    names.push_back(target.name);
  }
  throw bad_input("no fuzz target is called '{}'; there are {}", name, fmt::join(names, ", "));
}

std::string run_input(const Target& target, Bytes input) {
  try {
    target.run(input);
    return "";
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::bad_input)
      throw std::logic_error(fmt::format("not a bad_input, but: {}", e.what()));
    return e.what();
  }
}

void touch(Bytes bytes) {
  unsigned sum = 0;
  for (const std::byte b : bytes) sum += std::to_integer<unsigned>(b);
  static std::atomic<unsigned> kept;  // or the loop could be left out
  kept = sum;
}

}  // namespace fxe::fuzz
