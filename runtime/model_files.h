// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace fxe {

// The files that these words stand for; a folder stands for the weight files in it and one level below,
// sorted. Throws bad_input for a folder that cannot be listed or has none.
std::vector<std::string> model_files(const std::vector<std::string>& words);

}  // namespace fxe
