// SPDX-License-Identifier: Apache-2.0
// Presets against the frameworks' own pipelines, bit for bit; see preset_peer.py.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <set>

#include "engine/image/decode.h"
#include "engine/input/preprocess_presets.h"
#include "engine/input/text_file.h"
#include "engine/input/torchvision_weights.h"
#include "tests/engine/image/checksum.h"
#include "tests/engine/input/python_peer.h"
#include "tests/engine/input/shared_data.h"
#include "tests/paths.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

// Each photograph is checked with every n-th preset, in turn, so that every photograph and every preset
// occurs; FXE_EVERY=1 checks all on all.
size_t thinning(size_t usual) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  usual *= 4;
#endif
  const char* given = std::getenv("FXE_EVERY");
  return given ? static_cast<size_t>(std::max(std::atoi(given), 1)) : usual;
}

// The same as in preset_peer.py.
Image picture(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int value : {x * 7 + y * 13 + x * y, x * x + 3 * y, 255 * ((x / 5 + y / 3) % 2)})
        image.rgb.push_back(static_cast<uint8_t>(value % 256));
  return image;
}

// The image that a table's line names; false for a photograph if there are none.
bool load(const std::string& name, const fs::path& photos, Image& image) {
  int width = 0, height = 0;
  const char* end = name.data() + name.size();
  const auto first = std::from_chars(name.data(), end, width);
  if (first.ec == std::errc{} && first.ptr != end && *first.ptr == 'x' &&
      std::from_chars(first.ptr + 1, end, height).ptr == end) {
    image = picture(width, height);
    return true;
  }
  if (photos.empty()) return false;
  std::vector<std::byte> file;
  read_file(photos / name, size_t{1} << 30, file);
  decode_image(file, image);
  return true;
}

struct Counts {
  size_t presets = 0, on_pictures = 0, on_photographs = 0;
};

Counts check_table(const std::vector<std::string>& lines, const fs::path& photos, size_t every) {
  Counts counts;
  Preprocessor preprocessor;
  Image image;
  std::vector<float> planes;
  const auto presets = split_at_tabs(lines.at(0));
  counts.presets = presets.size();
  for (size_t i = 1; i < lines.size(); ++i) {
    const auto fields = split_at_tabs(lines[i]);
    const bool is_photograph = fields.at(0).find('/') != std::string::npos;
    if (!load(fields[0], photos, image)) continue;
    for (size_t p = 0; p < presets.size(); ++p) {
      if (fields.at(p + 1) == "-" || (is_photograph && (i - 1 + p) % every != 0)) continue;
      ++(is_photograph ? counts.on_photographs : counts.on_pictures);
      const Preprocess preset = preprocess_preset(presets[p], "table");
      planes.resize(preset.elements());
      preprocessor.run(preset, image, planes);
      EXPECT_EQ(fmt::format("{:08x}", crc32(std::as_bytes(std::span(planes)))), fields[p + 1])
          << presets[p] << " of " << fields[0];
    }
  }
  std::printf("equal to the peer: %zu presets, %zu times on pictures and %zu on photographs\n",
              counts.presets, counts.on_pictures, counts.on_photographs);
  return counts;
}

void expect_complete(const Counts& counts, size_t presets, const fs::path& photos, size_t every) {
  EXPECT_EQ(counts.presets, presets);
  EXPECT_EQ(counts.on_pictures, 16 * presets);
  if (photos.empty()) GTEST_SKIP() << "photographs not compared: no imagenet/photos in the shared data";
  EXPECT_GE(counts.on_photographs, 143 * presets / every);
}

void check_goldens(const char* name, size_t presets) {
  const auto photos = shared_data("imagenet/photos");
  const auto lines = read_lines(fs::path(FXE_SOURCE_DIR "/tests/engine/input") / name);
  const size_t every = std::min(thinning(1), presets);
  expect_complete(check_table(lines, photos, every), presets, photos, every);
}

// Runs the framework itself, if there is one.
void check_live(const char* framework, const char* modules, size_t presets) {
  const auto python = python_with(modules);
  if (python.empty()) GTEST_SKIP() << "no Python with " << modules;
  const auto photos = shared_data("imagenet/photos");
  const size_t every = std::min(thinning(8), presets);
  std::vector<std::string> arguments = {framework};
  if (!photos.empty()) arguments.insert(arguments.end(), {photos.string(), std::to_string(every)});
  expect_complete(check_table(run_peer(python, "input/preset_peer.py", arguments), photos, 1), presets,
                  photos, every);
}

TEST(PresetPeer, TimmsGoldens) { check_goldens("preset_goldens_timm.txt", 7); }
TEST(PresetPeer, MlperfsGoldens) { check_goldens("preset_goldens_mlperf.txt", 2); }

TEST(PresetPeer, Torchvision) { check_live("torchvision", "torchvision, numpy, PIL", 27); }
TEST(PresetPeer, Timm) { check_live("timm", "timm, torchvision, numpy, PIL", 7); }
TEST(PresetPeer, Mlperf) { check_live("mlperf", "cv2, numpy, PIL", 2); }

TEST(PresetPeer, TorchvisionsWeightFiles) {
  const auto python = python_with("torchvision");
  if (python.empty()) GTEST_SKIP() << "no Python with torchvision";
  std::set<std::string> known, names, found;
  for (const auto& w : torchvision_weights()) {
    known.insert(fmt::format("{}\t{}\t{}", w.name, w.file, w.preset));
    names.emplace(w.name);
  }
  EXPECT_EQ(names.size(), 114u);
  // A newer torchvision may have more.
  for (const auto& line : run_peer(python, "input/make_torchvision_weights.py", {})) {
    const auto name = line.substr(0, line.find('\t'));
    if (!names.contains(name)) continue;
    EXPECT_TRUE(known.contains(line)) << line;
    found.insert(name);
  }
  EXPECT_EQ(found, names);
}

}  // namespace
}  // namespace fxe::test
