// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/engine/input/expect_error.h"
#include "tests/support/input_limits.h"

namespace fxe::test {

// The message of the bad_input with which `read` refuses a file, within 10 seconds of processor time and
// memory_limit() (otherwise the process ends). If it does not refuse, says so in capitals.
template <class Read>
std::string refusal(const Read& read, const std::string& file) {
  // In memory of exactly its size, so that a sanitizer sees the first byte past the end.
  const std::vector<char> exact(file.begin(), file.end());
  const auto bytes = std::as_bytes(std::span(exact));
  const InputLimits limits("hostile", bytes, 10);
  return error_of([&] { read(bytes); });
}

}  // namespace fxe::test
