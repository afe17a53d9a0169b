// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/input/decode_memory.h"
#include "engine/input/image.h"

namespace fxe {

// More pixels than this are refused before anything is allocated; Pillow refuses at the same count.
inline constexpr int64_t kMaxPixels = 178'956'970;
inline constexpr size_t kMaxImageFileBytes = size_t{1} << 30;

// The pixels of a JPEG, PNG, BMP, GIF (first picture), binary PGM or PPM, or TGA file in memory, as Pillow
// 13's convert("RGB") gives them (docs/preprocessing.md says where it does not). JPEG: libjpeg-turbo with the
// exact integer transform and fancy upsampling, any subsampling, progressive, arithmetic-coded where the
// library has it; grey is replicated; CMYK is taken as inverted, as Adobe writes it, and multiplied out. PNG:
// stb_image. The rest: a decoder each, in decode_*.h, for the reasons given there. Alpha and transparent
// colours are dropped; indices past a palette are black, and no pixel comes from elsewhere than the file.
// EXIF orientation is not applied. The format is told by content, not by name; a gzip wrapper is taken off;
// formats that are not read are named (image_format.h). `image` is reused: it allocates only when it grows.
// Throws bad_input with the reason (no path: the caller knows it) for truncated, damaged, empty or too large
// files, run_time where memory does not suffice. What is damaged beyond what the format can tell (a flipped
// bit in a JPEG) gives other pixels. Memory: 20 bytes a pixel at most, and no more than 8256 pixels a byte of
// file. `memory`: where its share of that is taken, which the caller gives back once it has done with the
// picture. max_pixels: kMaxPixels at the most.
void decode_image(std::span<const std::byte> file, Image& image, int64_t max_pixels = kMaxPixels,
                  DecodeMemory::Share* memory = nullptr);

}  // namespace fxe
