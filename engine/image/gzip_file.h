// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fxe {

bool is_gzip(std::span<const std::byte> file);

// The content of a gzip file; ImageNet has a few JPEGs in such a wrapper. Throws bad_input if it exceeds 64
// MiB, is truncated or damaged (its checksum is compared), or goes on after its end.
std::vector<std::byte> gunzip(std::span<const std::byte> file);

}  // namespace fxe
