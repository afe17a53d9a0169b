// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/image/decode_memory.h"
#include "engine/image/image.h"

namespace fxe {

// Larger images are refused before anything is allocated. Pillow's limit.
inline constexpr int64_t kMaxPixels = 178'956'970;
inline constexpr size_t kMaxImageFileBytes = size_t{1} << 30;

// Decodes a JPEG, PNG, BMP, GIF (first picture), binary PGM or PPM, or TGA file in memory to the pixels of
// Pillow 13's convert("RGB"); docs/reference/preprocessing.md lists the exceptions. The format is detected by
// content, not by name; formats that fxe does not read are named (image_format.h).
//
// JPEG: libjpeg-turbo with the exact integer transform and fancy upsampling, any subsampling, progressive,
// arithmetic-coded if the library supports it. Grey is replicated. CMYK is taken as inverted, as Adobe writes
// it, and multiplied out.
// PNG: stb_image. The other formats have their own decoders, for the reasons given in decode_*.h.
// Alpha and transparent colours are dropped. Palette indices out of range are black; no pixel comes from
// outside the file. EXIF orientation is not applied.
//
// `image` is reused: it allocates only when it grows. Throws bad_input with the reason (without the path,
// which the caller knows) for truncated, damaged, empty or too large files, and run_time if memory does not
// suffice. Damage that the format cannot detect (a flipped bit in a JPEG) gives other pixels. Memory: at most
// 20 bytes a pixel, and at most 8256 pixels per byte of file. `memory`: charged for it; the caller returns
// the share when done with the picture. max_pixels: at most kMaxPixels.
void decode_image(std::span<const std::byte> file, Image& image, int64_t max_pixels = kMaxPixels,
                  DecodeMemory::Share* memory = nullptr);

}  // namespace fxe
