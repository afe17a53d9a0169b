// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "metareasoner/store/store_header.h"

namespace fxe::fuzz {

// The bytes of a store whose checksums hold. `fill`, if any, gives each part its payload, zeros before.
using FillPart = std::function<void(std::span<std::byte> payload, bool entries)>;
std::vector<std::byte> build_store(const StoreHeader&, const FillPart& fill = {});

}  // namespace fxe::fuzz
