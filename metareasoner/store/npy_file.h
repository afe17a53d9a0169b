// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "engine/files/output_file.h"
#include "engine/tensor.h"

namespace fxe {

// Maps a NumPy array file, versions 1 to 3: fp16, fp32 or fp64, little-endian, C order. Only the three known
// keys of its header, a Python literal, are understood; nothing is evaluated. Throws bad_input for anything
// else, and unless the file is exactly as long as its shape says.
Tensor read_npy(const std::filesystem::path&);

// The same for a file's content; `where` names it in errors. The tensor's bytes lie in it.
Tensor parse_npy(std::span<const std::byte> file, const std::string& where);

// Writes fp32 as version 1.
void write_npy(OutputFile&, const Shape&, std::span<const float>);

}  // namespace fxe
