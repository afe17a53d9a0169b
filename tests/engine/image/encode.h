// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/image/image.h"

// Small writers of image files, so that tests need neither files nor another library. Bytes are kept
// in strings.
namespace fxe::test {

struct JpegOptions {
  int quality = 100;
  int luma_h = 1, luma_v = 1;  // samples of the first component to one of the others: 2 2 is 4:2:0
  bool progressive = false;
  bool adobe_marker = true;  // CMYK only
  bool ycck = false;         // CMYK only: kept as YCCK
  bool arithmetic = false;   // arithmetic instead of Huffman coding, where the library has it
};

// Samples interleaved, 1 (grey), 3 (RGB) or 4 (CMYK, as stored) a pixel; made by libjpeg.
std::string encode_jpeg(const std::vector<uint8_t>& samples, int width, int height, int components,
                        const JpegOptions& = {});
// A progressive grey picture, all grey, with its last scan repeated `scans` times.
std::string encode_scan_bomb(int width, int height, int scans);

std::string encode_ppm(const Image&);
std::string encode_bmp(const Image&);  // 24 bits, from the bottom
std::string encode_tga(const Image&);  // 24 bits, from the top
std::string encode_png(const Image&);  // 8-bit RGB, deflate without compression
std::string encode_gif(const Image&);  // grey palette of 128: the red values halved, and doubled again
std::string png_chunk(const std::string& type, const std::string& data);

}  // namespace fxe::test
