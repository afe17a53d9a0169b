// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/sharded_weights.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "engine/bounded_json.h"
#include "engine/error.h"
#include "engine/mapped_file.h"
#include "weights_converter/byte_reader.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::array<std::string_view, 4> kUsual = {"model.safetensors.index.json", "model.safetensors",
                                                    "pytorch_model.bin.index.json", "pytorch_model.bin"};
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
    // Files must lie beside the index; a path could lead anywhere.
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

void add_shard(const fs::path& path, const std::vector<std::string>& tensors, const ReadShard& read,
               TensorMap& all) {
  const std::string name = printable(path.filename().string());
  WeightFile shard;
  try {
    shard = read(path);
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

// The snapshot of a download cache; empty if it is none.
fs::path snapshot_of(const fs::path& folder) {
  constexpr size_t kMostLetters = 128;
  std::error_code absent;
  const fs::path snapshots = folder / "snapshots", ref = folder / "refs/main";
  if (!fs::is_directory(snapshots, absent)) return {};
  if (fs::is_regular_file(ref, absent)) {
    const auto file = MappedFile::open(ref);
    auto name = as_text(file->bytes());
    while (name.ends_with('\n')) name.remove_suffix(1);
    if (name.size() <= kMostLetters &&
        std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c); }))
      if (const fs::path snapshot = snapshots / name; fs::is_directory(snapshot, absent)) return snapshot;
  }
  fs::path only;
  for (fs::directory_iterator i(snapshots, absent), end; !absent && i != end; i.increment(absent)) {
    if (!only.empty()) return {};
    only = i->path();
  }
  return only;
}

}  // namespace

bool is_weight_index(const fs::path& path) {
  const auto name = path.filename().string();
  return name.ends_with(".safetensors.index.json") || name.ends_with(".bin.index.json");
}

fs::path usual_weights_in(const fs::path& given) {
  const fs::path snapshot = snapshot_of(given), &folder = snapshot.empty() ? given : snapshot;
  std::error_code absent;
  for (const auto name : kUsual)
    if (fs::exists(folder / name, absent)) return folder / name;
  return {};
}

fs::path file_in_folder(const fs::path& path) {
  std::error_code absent;
  if (!fs::is_directory(path, absent)) return path;
  const fs::path found = usual_weights_in(path);
  if (found.empty())
    throw bad_input("{}: expected a weight file, found a folder without {}", path.string(),
                    fmt::join(kUsual, ", "));
  return found;
}

void refuse_shard(const fs::path& path) {
  const auto ending = path.extension().string(), stem = path.stem().string();
  int part = 0, parts = 0;
  const auto at = stem.rfind("-of-");
  constexpr size_t kDigits = 5;
  if ((ending != ".safetensors" && ending != ".bin") || at == stem.npos || at <= kDigits ||
      std::sscanf(stem.c_str() + at - kDigits - 1, "-%5d-of-%5d", &part, &parts) != 2 || parts < 2)
    return;
  throw bad_input(
      "is file {} of the {} that the weights are in; name their index, {}{}.index.json, or the folder", part,
      parts, stem.substr(0, at - kDigits - 1), ending);
}

Shards parse_weight_index(std::string_view text) { return shards_of(parse(text)); }

WeightFile read_sharded(const fs::path& index, const ReadShard& read) {
  const auto file = MappedFile::open(index);
  const Shards shards = parse_weight_index(as_text(file->bytes()));
  WeightFile result;
  for (const auto& [name, tensors] : shards)
    add_shard(index.parent_path() / name, tensors, read, result.tensors);
  result.format = fmt::format(
      "{} in {} files", index.filename().string().ends_with(".bin.index.json") ? "PyTorch" : "safetensors",
      shards.size());
  return result;
}

}  // namespace fxe
