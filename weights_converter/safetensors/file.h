// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/files/output_file.h"
#include "engine/tensor.h"
#include "weights_converter/byte_reader.h"
#include "weights_converter/weight_file.h"

namespace fxe {

// safetensors: u64 header size, a JSON header {"name": {"dtype", "shape", "data_offsets": [begin, end]}},
// then the tensors, which fill the rest of the file without overlaps or gaps. The header has at most 100 MB.

bool is_safetensors(Bytes file);

// Tensors refer to `file`, which `owner` keeps alive. Throws bad_input without the file's name.
WeightFile read_safetensors(Bytes file, std::shared_ptr<const void> owner);

// The same tensors and metadata always give the same bytes. Tensors are ordered by element size, then name,
// so that each is aligned to its type. Throws run_time if the file cannot be written: it appears whole or not
// at all.
void write_safetensors(OutputFile&, const TensorMap&,
                       const std::map<std::string, std::string, std::less<>>& metadata = {});
void write_safetensors(const std::filesystem::path&, const TensorMap&,
                       const std::map<std::string, std::string, std::less<>>& metadata = {});

}  // namespace fxe
