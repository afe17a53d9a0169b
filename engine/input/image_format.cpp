// SPDX-License-Identifier: Apache-2.0
#include "engine/input/image_format.h"

#include <algorithm>

namespace fxe {

namespace {

using namespace std::string_view_literals;

struct Signature {
  size_t at;
  std::string_view bytes, format;
};

constexpr Signature kSignatures[] = {
    {8, "WEBP"sv, "WebP"},
    {0, "II*\0"sv, "TIFF"},
    {0, "MM\0*"sv, "TIFF"},
    {0, "II+\0"sv, "BigTIFF"},
    {0, "MM\0+"sv, "BigTIFF"},
    {4, "ftyp"sv, "HEIC or AVIF"},
    {0, "\0\0\0\x0cjP  "sv, "JPEG 2000"},
    {0, "\xff\x4f\xff\x51"sv, "JPEG 2000"},
    {0, "\xff\x0a"sv, "JPEG XL"},
    {0, "\0\0\0\x0cJXL "sv, "JPEG XL"},
    {0, "8BPS"sv, "Photoshop"},
    {0, "P1"sv, "plain PBM"},
    {0, "P2"sv, "plain PGM"},
    {0, "P3"sv, "plain PPM"},
    {0, "P4"sv, "PBM"},
    {0, "P7"sv, "PAM"},
    {0, "%PDF"sv, "PDF"},
    {0, "<svg"sv, "SVG"},
    {0, "<?xml"sv, "XML or SVG"},
    {0, "<!DOCTYPE"sv, "HTML"},
    {0, "<html"sv, "HTML"},
    {0, "PK\x03\x04"sv, "zip"},
};

}  // namespace

std::string_view unread_image_format(std::span<const std::byte> file) {
  const std::string_view start(reinterpret_cast<const char*>(file.data()), std::min<size_t>(file.size(), 16));
  for (const auto& s : kSignatures)
    if (start.size() >= s.at + s.bytes.size() && start.substr(s.at, s.bytes.size()) == s.bytes)
      return s.format;
  return {};
}

}  // namespace fxe
