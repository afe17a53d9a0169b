// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "engine/dtype.h"

namespace fxe {

// "torch.FloatStorage", also of torch.cuda and torch.storage; nothing for untyped storages and types fxe has
// not.
std::optional<DType> storage_dtype(std::string_view name);
bool is_untyped_storage(std::string_view name);
std::optional<DType> torch_dtype(std::string_view name);  // "torch.float32"

bool is_numpy_array(std::string_view name);  // what makes one

// Names without meaning for weights: calling them gives a value that nobody reads.
bool is_harmless_global(std::string_view name);

}  // namespace fxe
