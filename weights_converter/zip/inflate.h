// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "weights_converter/byte_reader.h"

namespace fxe {

// Unpacks a raw deflate stream (RFC 1951) that must give exactly `size` bytes. The output grows as it is
// unpacked, so a lying size takes no memory. `what` names the stream in errors (bad_input).
std::vector<std::byte> inflate_raw(Bytes packed, uint64_t size, std::string_view what);

}  // namespace fxe
