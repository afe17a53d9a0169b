// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode_png.h"

#include "engine/image/stb_memory.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_ONLY_PNG
#define STBI_MALLOC(bytes) fxe::stb_allocate(bytes)
#define STBI_REALLOC_SIZED(old, old_bytes, bytes) fxe::stb_reallocate(old, old_bytes, bytes)
#define STBI_REALLOC(old, bytes) fxe::stb_reallocate(old, bytes, bytes)
#define STBI_FREE(old) std::free(old)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "engine/error.h"
#include "engine/image/png_chunks.h"

namespace fxe {

namespace {

// The most an honest file needs: 16-bit RGBA samples, doubled while they are inflated, and the file itself.
size_t memory_limit(int64_t width, int64_t height, size_t file_bytes) {
  constexpr size_t kSmall = size_t{1} << 20;
  return kSmall + 2 * file_bytes + 16 * static_cast<size_t>((width + 8) * (height + 8));
}

// stb_image holds the samples inflated and unfiltered, then these and its RGB, then that and ours.
size_t pixel_bytes(const PngChunks& png) {
  using Colour = PngChunks::Colour;
  const size_t samples = png.colour == Colour::grey         ? 1
                         : png.colour == Colour::grey_alpha ? 2
                         : png.colour == Colour::rgb        ? 3
                                                     // of a pixel, once an indexed one has its colours
                                                     : 4;
  return 2 * samples * (png.depth == 16 ? 2 : 1) + 4;
}

template <class Sample>
using Pixels = std::unique_ptr<Sample, void (*)(void*)>;

// `load`: an stb_image function, asked for `channels`.
template <class Sample>
Pixels<Sample> load(std::span<const std::byte> file,
                    Sample* (*load)(const stbi_uc*, int, int*, int*, int*, int), int channels) {
  int width = 0, height = 0, found = 0;
  Pixels<Sample> pixels(load(reinterpret_cast<const stbi_uc*>(file.data()), static_cast<int>(file.size()),
                             &width, &height, &found, channels),
                        std::free);
  if (pixels) return pixels;
  const char* reason = stbi_failure_reason();  // null if it gives up without a reason
  throw bad_input("PNG: damaged: {}", reason ? reason : "stb_image does not say why");
}

}  // namespace

void decode_png(std::span<const std::byte> file, const DecodeLimits& limits, Image& image) {
  const PngChunks png = read_png_chunks(file);
  check_claimed_size(png.width, png.height, pixel_bytes(png), limits);
  check_png_data(png, limits.file_bytes);
  const auto checked = stb_png(png);
  set_stb_limit(memory_limit(png.width, png.height, checked.size()));
  const size_t values = 3 * static_cast<size_t>(png.width) * png.height;
  image.width = static_cast<int>(png.width);
  image.height = static_cast<int>(png.height);
  if (png.depth == 16 && png.colour == PngChunks::Colour::grey) {
    // Pillow's convert("RGB") clips rather than scales.
    const auto grey = load<stbi_us>(checked, stbi_load_16_from_memory, 1);
    image.rgb.resize(values);
    for (size_t i = 0; i < values; ++i)
      image.rgb[i] = static_cast<uint8_t>(std::min<stbi_us>(grey.get()[i / 3], 255));
    return;
  }
  const auto rgb = load<stbi_uc>(checked, stbi_load_from_memory, 3);
  image.rgb.assign(rgb.get(), rgb.get() + values);
}

}  // namespace fxe
