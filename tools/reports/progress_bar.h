// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/on_progress.h"

namespace fxe {

// A bar on the terminal (Progress) from the first call until the last copy is gone.
OnProgress progress_bar(std::string label, std::string unit, bool quiet);

}  // namespace fxe
