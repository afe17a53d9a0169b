// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weights_converter/weight_file.h"

namespace fxe {

// Weights in several files, as Hugging Face's libraries write them: model.safetensors.index.json or
// pytorch_model.bin.index.json with {"metadata": {...}, "weight_map": {"tensor":
// "model-00001-of-00002.safetensors", ...}}, and beside it the files it names.

bool is_weight_index(const std::filesystem::path&);  // by its name

// The file to read for a folder: its index of safetensors, its model.safetensors, or the same of
// pytorch_model.bin; in a download cache (models--timm--resnet18) that of the snapshot named by its
// refs/main, or of the only one. Other paths are returned unchanged. Throws bad_input if a folder has none.
std::filesystem::path file_in_folder(const std::filesystem::path&);

// The same, but empty if a folder has none.
std::filesystem::path usual_weights_in(const std::filesystem::path& folder);

// Which file holds which tensors, according to the index. Throws bad_input if the index has another form, or
// names a file outside its folder.
using Shards = std::map<std::string, std::vector<std::string>>;
Shards parse_weight_index(std::string_view json);

// Reads one of the files.
using ReadShard = std::function<WeightFile(const std::filesystem::path&)>;

// Throws bad_input, without the index's name, if the index has another form, names a file outside its folder,
// or disagrees with the files about which tensors exist.
WeightFile read_sharded(const std::filesystem::path& index, const ReadShard&);

// Throws bad_input for one file of several, recognised by its name: model-00001-of-00002.safetensors.
void refuse_shard(const std::filesystem::path&);

}  // namespace fxe
