// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "engine/input/dataset.h"

namespace fxe {

// Prints what was found in the folder, and what was left out.
void print_dataset(const Dataset&);

// "left_out" of a report: for each reason the number of files, and the first one.
nlohmann::ordered_json left_out_json(const LeftOut&);

}  // namespace fxe
