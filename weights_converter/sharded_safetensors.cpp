// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/sharded_safetensors.h"

#include "engine/bounded_json.h"
#include "engine/error.h"
#include "engine/mapped_file.h"
#include "weights_converter/printable.h"
#include "weights_converter/safetensors.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kIndex = "model.safetensors.index.json", kSingle = "model.safetensors";
constexpr JsonLimits kLimits{.bytes = size_t{64} << 20, .depth = 3, .keys = size_t{1} << 18};
constexpr size_t kMaxFiles = 1000;

json parse(std::string_view text) {
  json index;
  try {
    index = parse_json<json>(text, kLimits);
  } catch (const Error& e) {
    throw bad_input("the index: {}", e.what());
  }
  if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object())
    throw bad_input("expected a JSON object with a 'weight_map'");
  return index;
}

Shards shards_of(const json& index) {
  Shards shards;
  for (const auto& [tensor, file] : index["weight_map"].items()) {
    if (!file.is_string()) throw bad_input("the file of '{}' is not named by text", printable(tensor));
    const auto name = file.get<std::string>();
    // Files lie beside the index; a path could lead anywhere.
    if (name.empty() || name == "." || name == ".." || name.find('/') != name.npos ||
        name.find('\0') != name.npos)
      throw bad_input("the file of '{}' is '{}'; expected a name without a folder", printable(tensor),
                      printable(name));
    shards[name].push_back(tensor);
  }
  if (shards.empty()) throw bad_input("the index names no tensors");
  if (shards.size() > kMaxFiles)
    throw bad_input("the index names {} files; at most {} are supported", shards.size(), kMaxFiles);
  return shards;
}

void add_shard(const fs::path& path, const std::vector<std::string>& tensors, TensorMap& all) {
  const auto file = MappedFile::open(path);
  const std::string name = printable(path.filename().string());
  if (!is_safetensors(file->bytes())) throw bad_input("the file '{}' is not safetensors", name);
  TensorFile shard;
  try {
    shard = read_safetensors(file->bytes(), file);
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("the file '{}': {}", name, e.what()));
  }
  for (const auto& tensor : tensors) {
    auto found = shard.tensors.extract(tensor);
    if (!found)
      throw bad_input("the file '{}' has no tensor '{}', which the index says is there", name,
                      printable(tensor));
    all.insert(std::move(found));
  }
  if (!shard.tensors.empty())
    throw bad_input("the file '{}' has a tensor '{}', which the index does not place there", name,
                    printable(shard.tensors.begin()->first));
}

}  // namespace

bool is_safetensors_index(const fs::path& path) {
  return path.filename().string().ends_with(".safetensors.index.json");
}

fs::path file_in_folder(const fs::path& path) {
  std::error_code absent;
  if (!fs::is_directory(path, absent)) return path;
  for (const auto name : {kIndex, kSingle})
    if (fs::exists(path / name, absent)) return path / name;
  throw bad_input("{}: expected a weight file, found a folder without {} and {}", path.string(), kIndex,
                  kSingle);
}

Shards parse_safetensors_index(std::string_view text) { return shards_of(parse(text)); }

std::vector<fs::path> weight_files_of(const fs::path& path) {
  std::vector<fs::path> files = {file_in_folder(path)};
  if (is_safetensors_index(files[0])) {
    const auto index = MappedFile::open(files[0]);
    for (const auto& [name, tensors] : parse_safetensors_index(as_text(index->bytes())))
      files.push_back(files[0].parent_path() / name);
  }
  return files;
}

TensorFile read_sharded_safetensors(const fs::path& index) {
  const auto file = MappedFile::open(index);
  const Shards shards = parse_safetensors_index(as_text(file->bytes()));
  TensorFile result;
  for (const auto& [name, tensors] : shards) add_shard(index.parent_path() / name, tensors, result.tensors);
  result.format = fmt::format("safetensors in {} files", shards.size());
  return result;
}

}  // namespace fxe
