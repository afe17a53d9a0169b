// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace fxe {

// Prints notes on models (LoadedEnsemble::notes) to standard output, wrapped.
void print_notes(const std::vector<std::string>&);

}  // namespace fxe
