// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace fxe::sim {

// Where `bytes` from `address` on lie. beyond: they pass the end of an allocation; freed: they belonged to
// one.
enum class Place { device, pinned, pageable, beyond, freed };
Place place_of(const void* address, size_t bytes);

}  // namespace fxe::sim
