// SPDX-License-Identifier: Apache-2.0
#include "engine/input/decode_stb.h"

#include "engine/input/stb_memory.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_ONLY_GIF
#define STBI_ONLY_TGA
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
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/error.h"
#include "engine/input/bmp16.h"
#include "engine/input/decode_limits.h"

namespace fxe {

namespace {

// stb_image takes bytes past the end for zeros and gives a picture all the same; this notes that it asked.
struct Reader {
  std::span<const std::byte> rest;
  bool truncated = false;

  // Refills of stb_image's own buffer of 128 bytes may come back short; any other read is of bytes it needs.
  static int read(void* self, char* to, int size) {
    auto& reader = *static_cast<Reader*>(self);
    const size_t count = std::min(reader.rest.size(), static_cast<size_t>(size));
    std::memcpy(to, reader.rest.data(), count);
    reader.rest = reader.rest.subspan(count);
    constexpr size_t kRefill = sizeof(stbi__context::buffer_start);
    if (count == 0 || (count < static_cast<size_t>(size) && size != kRefill)) reader.truncated = true;
    return static_cast<int>(count);
  }
  static void skip(void* self, int count) {
    auto& reader = *static_cast<Reader*>(self);
    const size_t wanted = static_cast<size_t>(std::max(count, 0));
    if (wanted > reader.rest.size()) reader.truncated = true;
    reader.rest = reader.rest.subspan(std::min(wanted, reader.rest.size()));
  }
  static int at_end(void* self) { return static_cast<Reader*>(self)->rest.empty(); }
};

// Nothing honest needs more: 16-bit RGBA samples doubled while they are inflated, and the file itself.
size_t memory_limit(int64_t width, int64_t height, size_t file_bytes) {
  constexpr size_t kSmall = size_t{1} << 20;
  return kSmall + 2 * file_bytes + 16 * static_cast<size_t>((width + 8) * (height + 8));
}

// Pillow's convert("RGB") gives transparent pixels the colour of their index; stb_image would leave them
// black. A copy of the GIF in which its first picture's control block says that nothing is transparent.
std::vector<std::byte> opaque_gif(std::span<const std::byte> file) {
  std::vector<std::byte> copy(file.begin(), file.end());
  const auto at = [&](size_t i) { return i < copy.size() ? static_cast<size_t>(copy[i]) : 0; };
  constexpr size_t kFlags = 10, kHead = 13, kExtension = 0x21, kControl = 0xf9;
  size_t i = kHead + ((at(kFlags) & 0x80) ? size_t{3} << ((at(kFlags) & 7) + 1) : 0);
  while (at(i) == kExtension) {
    if (at(i + 1) == kControl && at(i + 2) == 4 && i + 3 < copy.size()) copy[i + 3] &= std::byte{0xfe};
    // Blocks of data up to one of length 0.
    for (i += 2; at(i) != 0; i += at(i) + 1) {
    }
    ++i;
  }
  return copy;
}

}  // namespace

void decode_with_stb(std::span<const std::byte> given, Image& image) {
  constexpr std::string_view kGif = "GIF8";
  std::vector<std::byte> gif;
  std::span<const std::byte> file = given;
  if (given.size() > kGif.size() && std::memcmp(given.data(), kGif.data(), kGif.size()) == 0)
    file = gif = opaque_gif(given);
  const auto* bytes = reinterpret_cast<const stbi_uc*>(file.data());
  const int length = static_cast<int>(file.size());
  set_stb_limit(memory_limit(0, 0, file.size()));
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(bytes, length, &width, &height, &channels))
    throw bad_input("not an image that fxe reads: {}; expected JPEG, PNG, BMP, GIF, PGM, PPM or TGA",
                    stbi_failure_reason());
  check_claimed_size(width, height, file.size());
  set_stb_limit(memory_limit(width, height, file.size()));
  Reader reader{file};
  constexpr stbi_io_callbacks kCallbacks = {Reader::read, Reader::skip, Reader::at_end};
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_callbacks(&kCallbacks, &reader, &width, &height, &channels, 3), std::free);
  if (reader.truncated) throw bad_input("the file is truncated");
  if (!pixels) throw bad_input("damaged image: {}", stbi_failure_reason());
  image.width = width;
  image.height = height;
  image.rgb.assign(pixels.get(), pixels.get() + static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
  as_pillow_scales_bmp16(file, image);
}

}  // namespace fxe
