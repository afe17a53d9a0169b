// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "metareasoner/store/store_writer.h"
#include "tests/support/generate.h"

namespace fxe::test {

// A fresh folder, removed with everything in it.
class StoreFolder {
 public:
  StoreFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "fxe_store_XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }
  ~StoreFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void put_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Random logits of a few images as a store: image 5 could not be read, member 1 gave image 7 a NaN, and image
// 9 has the same best score three times.
struct StoreCase {
  StoreCase(size_t images, size_t members, int64_t classes, uint64_t seed, StoreForm form = StoreForm::fp32) {
    header.form = form;
    header.ensemble = "fake";
    header.fingerprint = std::string(64, 'f');
    header.device = "cpu";
    header.precision = "fp32";
    header.classes = classes;
    for (size_t m = 0; m < members; ++m)
      header.members.push_back({.name = "m" + std::to_string(m), .multiply_adds = int64_t(m) + 1});
    Random random(seed, "store");
    for (size_t i = 0; i < images; ++i) {
      header.paths.push_back("folder/" + std::to_string(i) + ".png");
      header.labels.push_back(i % 11 == 3 ? -1 : static_cast<int32_t>(random.integer(0, classes - 1)));
      logits.push_back(normals(random, members * static_cast<size_t>(classes), 2));
      ContentHash hash{};
      for (auto& b : hash) b = static_cast<std::byte>(random.bits());
      hashes.push_back(hash);
    }
    if (images > 5) logits[5].clear();
    if (images > 7 && members > 1)
      logits[7][static_cast<size_t>(classes) + 1] = std::numeric_limits<float>::quiet_NaN();
    if (images > 9 && classes > 2)
      for (size_t m = 0; m < members; ++m)
        std::fill_n(logits[9].begin() + static_cast<std::ptrdiff_t>(m * static_cast<size_t>(classes)), 3,
                    9.0f);
  }

  size_t images() const { return header.images(); }
  std::span<const float> row(size_t image, size_t member) const {
    const auto classes = static_cast<size_t>(header.classes);
    return std::span(logits[image]).subspan(member * classes, classes);
  }

  // Continues after what is there, up to `end` images.
  void append(StoreWriter& writer, size_t end) const {
    for (size_t i = writer.kept().size(); i < end; ++i) writer.append(hashes[i], logits[i]);
  }
  void write(const std::filesystem::path& path) const {
    StoreWriter writer(path, header);
    append(writer, images());
    writer.finish();
  }

  StoreHeader header;
  std::vector<std::vector<float>> logits;  // [image][members classes]; empty: unreadable
  std::vector<ContentHash> hashes;
};

}  // namespace fxe::test
