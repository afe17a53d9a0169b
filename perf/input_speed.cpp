// SPDX-License-Identifier: Apache-2.0
// From image file to tensor on one core: fxe's way and stb's (stb_image, stb_image_resize), in turn on
// every file.
//   input_speed FOLDER [ROUNDS] [PRESET]    processor ms per image of each stage; the least over the rounds
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "engine/image/decode.h"
#include "engine/input/preprocess.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#include <stb/stb_image.h>
#include <stb/stb_image_resize.h>
#pragma GCC diagnostic pop

namespace {

double cpu_ms() {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

using Bytes = std::vector<std::byte>;

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

// What the same preset costs with stb: decode, resize whole, then crop and normalise.
struct Stb {
  std::vector<uint8_t> resized;
  double decode_ms = 0, rest_ms = 0;

  void run(const fxe::Preprocess& p, const Bytes& file, std::vector<float>& out) {
    const double start = cpu_ms();
    int width = 0, height = 0, channels = 0;
    uint8_t* pixels = stbi_load_from_memory(reinterpret_cast<const uint8_t*>(file.data()),
                                            static_cast<int>(file.size()), &width, &height, &channels, 3);
    const double decoded = cpu_ms();
    decode_ms += decoded - start;
    if (!pixels) return;
    const auto size = fxe::resized_size(p, width, height);
    resized.resize(static_cast<size_t>(size.width) * static_cast<size_t>(size.height) * 3);
    stbir_resize_uint8(pixels, width, height, 0, resized.data(), size.width, size.height, 0, 3);
    std::array<std::array<float, 256>, 3> table;
    for (size_t c = 0; c < 3; ++c)
      for (size_t v = 0; v < 256; ++v)
        table[c][v] = static_cast<float>((static_cast<double>(v) * p.scale - p.mean[c]) / p.std[c]);
    const int top = (size.height - p.crop_h) / 2, left = (size.width - p.crop_w) / 2;
    float* to = out.data();
    for (size_t c = 0; c < 3; ++c)
      for (int y = 0; y < p.crop_h; ++y) {
        const uint8_t* row = resized.data() + static_cast<size_t>((y + top) * size.width + left) * 3 + c;
        for (int x = 0; x < p.crop_w; ++x) *to++ = table[c][row[3 * x]];
      }
    stbi_image_free(pixels);
    rest_ms += cpu_ms() - decoded;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: input_speed FOLDER [ROUNDS] [PRESET]\n");
    return 2;
  }
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
  const auto preset = fxe::parse_preprocess(std::string(argc > 3 ? argv[3] : "torchvision-224"), "PRESET");
  std::vector<Bytes> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1]))
    if (entry.is_regular_file()) files.push_back(read(entry.path()));
  fxe::Image image;
  fxe::Preprocessor preprocessor;
  std::vector<float> tensor(preset.elements());
  std::map<std::string, double> best;
  const auto keep = [&](const std::string& what, double ms) {
    const auto [at, first] = best.try_emplace(what, ms);
    if (!first) at->second = std::min(at->second, ms);
  };
  size_t skipped = 0;
  for (int round = 0; round < rounds; ++round) {
    double decode_ms = 0, rest_ms = 0;
    Stb stb;
    size_t used = 0;
    for (const auto& file : files) {
      const double start = cpu_ms();
      try {
        fxe::decode_image(file, image);
      } catch (const std::exception&) {
        continue;
      }
      const double decoded = cpu_ms();
      preprocessor.run(preset, image, tensor);
      rest_ms += cpu_ms() - decoded;
      decode_ms += decoded - start;
      stb.run(preset, file, tensor);
      ++used;
    }
    skipped = files.size() - used;
    const auto count = static_cast<double>(std::max<size_t>(used, 1));
    keep("fxe decode", decode_ms / count);
    keep("fxe resize, crop, normalise", rest_ms / count);
    keep("fxe together", (decode_ms + rest_ms) / count);
    keep("stb decode", stb.decode_ms / count);
    keep("stb resize, crop, normalise", stb.rest_ms / count);
    keep("stb together", (stb.decode_ms + stb.rest_ms) / count);
  }
  fmt::print("{} files, {} that cannot be read; ms of processor time per image, least of {} rounds\n",
             files.size(), skipped, rounds);
  for (const auto& [what, ms] : best) fmt::print("{:<32}{:>9.4f}\n", what, ms);
  fmt::print("{:<32}{:>9.3f}\n", "stb / fxe", best["stb together"] / best["fxe together"]);
}
