// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "engine/error.h"
#include "tests/fuzz/target.h"

namespace fxe::fuzz {

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
  [[maybe_unused]] volatile unsigned kept = sum;  // without volatile, clang leaves the loop out
}

}  // namespace fxe::fuzz
