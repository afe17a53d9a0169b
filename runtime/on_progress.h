// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

namespace fxe {

// Told how far some work has come. The first call, with done = 0, comes before all others, which may come
// from any thread. `total` can change where it is an estimate. Must neither wait nor throw.
using OnProgress = std::function<void(size_t done, size_t total)>;

}  // namespace fxe
