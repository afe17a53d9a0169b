// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace fxe {

struct RepeatedBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

// `value` repeated to `size` bytes, in little memory whatever the size: the same pages are mapped again and
// again. value.size() is 1, 2, 4 or 8 and divides `size`. Throws std::bad_alloc.
RepeatedBytes repeat_bytes(std::span<const std::byte> value, size_t size);

}  // namespace fxe
