// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "weights_converter/weight_file.h"

namespace fxe {

// Reads a file of any format fxe knows, detected by content, not by name; for safetensors in several files
// the index or their folder. A hash in the file's name, as in resnet50-0676ba61.pth, is compared with the
// file's SHA-256. Files are not trusted: they run no code, and sizes they state are checked before memory is
// taken. Throws bad_input, one line naming the file, the place in it, what was expected and what was found.
WeightFile read_weight_file(const std::filesystem::path&, const ReadChoices& = {});

}  // namespace fxe
