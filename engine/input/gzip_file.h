// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fxe {

bool is_gzip(std::span<const std::byte> file);

// What a gzip file holds; ImageNet has a few JPEGs in such a wrapper. At most 64 MiB: throws bad_input for
// more, and for a file that is truncated, damaged (its checksum is compared) or goes on after its end.
std::vector<std::byte> gunzip(std::span<const std::byte> file);

}  // namespace fxe
