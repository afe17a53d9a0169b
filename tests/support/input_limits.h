// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace fxe::test {

// How many bytes one input may request from the allocator in all, regardless of what it frees.
size_t memory_limit(size_t input_bytes);

// While it lives, the process ends with a message if it takes more than `seconds` of processor time, asks for
// more than memory_limit() bytes, or crashes; and the input is then in the file build/hostile-inputs/NAME.
// One at a time.
class InputLimits {
 public:
  InputLimits(std::string_view name, std::span<const std::byte> input, int seconds);
  ~InputLimits();
  InputLimits(const InputLimits&) = delete;
  InputLimits& operator=(const InputLimits&) = delete;
};

}  // namespace fxe::test
