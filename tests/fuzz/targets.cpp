// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <array>

#include "engine/error.h"
#include "tests/fuzz/target.h"

namespace fxe::fuzz {

std::span<const Target> targets() {
  static const std::array kTargets{
#define FXE_FUZZ_TARGET(name) name(),
#include "tests/fuzz/targets.inc"
#undef FXE_FUZZ_TARGET
  };
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

}  // namespace fxe::fuzz
