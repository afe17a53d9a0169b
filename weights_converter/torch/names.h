// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "engine/dtype.h"

namespace fxe {

// "torch.FloatStorage", also in torch.cuda and torch.storage; nothing for untyped storages and for types that
// fxe does not have.
std::optional<DType> storage_dtype(std::string_view name);
bool is_untyped_storage(std::string_view name);
std::optional<DType> torch_dtype(std::string_view name);  // "torch.float32"

bool is_numpy_array(std::string_view name);  // whether it makes one

// Names that mean nothing for weights: calling them gives a value that nothing reads.
bool is_harmless_global(std::string_view name);

}  // namespace fxe
