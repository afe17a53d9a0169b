// SPDX-License-Identifier: Apache-2.0
#include "runtime/model_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "engine/files/files_read.h"
#include "weights_converter/sharded_weights.h"

namespace fxe {

namespace fs = std::filesystem;

namespace {

// In folders that have weights under the usual name, or their index, keeps only these: the other files are
// parts of them, the same in another format, or a trainer's state.
void only_usual_weights(const fs::path& top, std::vector<std::string>& files) {
  std::set<fs::path> folders = {top};
  for (const auto& file : files) folders.insert(fs::path(file).parent_path());
  for (const auto& folder : folders) {
    const auto usual = usual_weights_in(folder);
    if (usual.empty()) continue;
    std::erase_if(files, [&](const auto& file) { return fs::path(file).parent_path() == folder; });
    files.push_back(usual.string());
  }
}

}  // namespace

std::vector<std::string> model_files(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 8> kEndings = {".safetensors", ".pth", ".pt",   ".th",
                                                        ".tar",         ".bin", ".onnx", ".caffemodel"};
  std::vector<std::string> files;
  for (const auto& word : words) {
    std::error_code error;
    if (!fs::is_directory(word, error)) {
      files.push_back(word);
      continue;
    }
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator i(word, error), end; !error && i != end; i.increment(error)) {
      if (i.depth() >= 1) i.disable_recursion_pending();
      const auto ending = i->path().extension().string();
      std::error_code ignored;
      if (i->is_regular_file(ignored) && std::ranges::find(kEndings, ending) != kEndings.end())
        found.push_back(i->path().string());
    }
    if (error) throw cannot_read(word, error.value());
    only_usual_weights(word, found);
    if (found.empty())
      throw bad_input(
          "{}: no weight files found in it or one level below (safetensors, pth, pt, th, tar, bin, onnx, "
          "caffemodel)",
          word);
    std::ranges::sort(found);
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace fxe
