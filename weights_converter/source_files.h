// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

namespace fxe {

// Every file that decides what the model at this path computes, in an order that depends on the files alone:
// the file itself; for a folder or an index, the index and then the files it names, by name; for an ONNX
// model, also its files of external data, by name. Throws bad_input for what read_weight_file (read.h)
// could not find or read.
std::vector<std::filesystem::path> weight_files_of(const std::filesystem::path&);

}  // namespace fxe
