// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "metareasoner/store/store_header.h"

namespace fxe::fuzz {

// The bytes of a store with valid checksums. `fill`, if any, writes each part's payload, which is
// zero before.
using FillPart = std::function<void(std::span<std::byte> payload, bool entries)>;
std::vector<std::byte> build_store(const StoreHeader&, const FillPart& fill = {});

}  // namespace fxe::fuzz
