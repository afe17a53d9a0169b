// SPDX-License-Identifier: Apache-2.0
#include "engine/image/image_format.h"

#include <algorithm>

#include "engine/image/decode_bmp.h"
#include "engine/image/decode_gif.h"
#include "engine/image/decode_jpeg.h"
#include "engine/image/decode_png.h"
#include "engine/image/decode_pnm.h"
#include "engine/image/decode_tga.h"

namespace fxe {

namespace {

using namespace std::string_view_literals;

// clang-format off
constexpr ImageFormat kFormats[] = {
    {"JPEG", {"jpg", "jpeg", "jfif", "jpe"}, {{{0, "\xff\xd8\xff"sv}}}, nullptr, decode_jpeg},
    {"PGM or PPM", {"pgm", "ppm", "pnm"}, {{{0, "P5"sv}, {0, "P6"sv}}}, nullptr, decode_pnm},
    {"PNG", {"png"}, {{{0, "\x89PNG"sv}}}, nullptr, decode_png},
    {"BMP", {"bmp"}, {}, is_bmp, decode_bmp},
    {"GIF", {"gif"}, {}, is_gif, decode_gif},
    {"WebP", {"webp"}, {{{8, "WEBP"sv}}}},
    {"TIFF", {"tif", "tiff"}, {{{0, "II*\0"sv}, {0, "MM\0*"sv}}}},
    {"BigTIFF", {}, {{{0, "II+\0"sv}, {0, "MM\0+"sv}}}},
    {"HEIC or AVIF", {"avif", "heic", "heif"}, {{{4, "ftyp"sv}}}},
    {"JPEG 2000", {"jp2", "j2k", "jpx"}, {{{0, "\0\0\0\x0cjP  "sv}, {0, "\xff\x4f\xff\x51"sv}}}},
    {"JPEG XL", {"jxl"}, {{{0, "\xff\x0a"sv}, {0, "\0\0\0\x0cJXL "sv}}}},
    {"Photoshop", {}, {{{0, "8BPS"sv}}}},
    {"plain PBM", {}, {{{0, "P1"sv}}}},
    {"plain PGM", {}, {{{0, "P2"sv}}}},
    {"plain PPM", {}, {{{0, "P3"sv}}}},
    {"PBM", {"pbm"}, {{{0, "P4"sv}}}},
    {"PAM", {}, {{{0, "P7"sv}}}},
    {"PDF", {}, {{{0, "%PDF"sv}}}},
    {"SVG", {}, {{{0, "<svg"sv}}}},
    {"XML or SVG", {}, {{{0, "<?xml"sv}}}},
    {"HTML", {}, {{{0, "<!DOCTYPE"sv}, {0, "<html"sv}}}},
    {"zip", {}, {{{0, "PK\x03\x04"sv}}}},
    {"gzip", {}, {{{0, "\x1f\x8b"sv}}}},
    {"TGA", {"tga"}, {}, is_tga, decode_tga},  // last: it has no signature, only a header that makes sense
};
// clang-format on

bool has(std::span<const std::byte> file, const Signature& s) {
  return !s.bytes.empty() && file.size() >= s.at + s.bytes.size() &&
         std::ranges::equal(file.subspan(s.at, s.bytes.size()), std::as_bytes(std::span(s.bytes)));
}

}  // namespace

const ImageFormat* image_format_of(std::span<const std::byte> file) {
  for (const ImageFormat& format : kFormats)
    if (format.is ? format.is(file)
                  : std::ranges::any_of(format.signatures, [&](const auto& s) { return has(file, s); }))
      return &format;
  return nullptr;
}

bool is_image_ending(std::string_view ending) {
  return !ending.empty() && std::ranges::any_of(kFormats, [&](const ImageFormat& format) {
    return std::ranges::find(format.endings, ending) != format.endings.end();
  });
}

}  // namespace fxe
