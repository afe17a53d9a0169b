// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
// jpeglib.h needs it first.
#include <jpeglib.h>

#include <stdexcept>

#include "tests/engine/image/encode.h"

namespace fxe::test {

std::string encode_jpeg(const std::vector<uint8_t>& samples, int width, int height, int components,
                        const JpegOptions& options) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long count = 0;
  jpeg_mem_dest(&info, &bytes, &count);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = components;
  info.in_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  if (options.ycck) jpeg_set_colorspace(&info, JCS_YCCK);
  jpeg_set_quality(&info, options.quality, TRUE);
  info.comp_info[0].h_samp_factor = options.luma_h;
  info.comp_info[0].v_samp_factor = options.luma_v;
  if (components == 4) info.write_Adobe_marker = options.adobe_marker;
  if (options.progressive) jpeg_simple_progression(&info);
  info.arith_code = options.arithmetic;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<uint8_t*>(samples.data()) +
                static_cast<size_t>(info.next_scanline) * static_cast<size_t>(width * components);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string file(reinterpret_cast<const char*>(bytes), count);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return file;
}

std::string encode_scan_bomb(int width, int height, int scans) {
  const std::vector<uint8_t> grey(static_cast<size_t>(width) * static_cast<size_t>(height), 128);
  std::string file = encode_jpeg(grey, width, height, 1, {.progressive = true});
  const auto last_scan = file.rfind("\xff\xda");
  if (last_scan == file.npos) throw std::logic_error("no scan in a JPEG");
  const auto scan = file.substr(last_scan, file.size() - 2 - last_scan);
  file.resize(file.size() - 2);
  for (int i = 1; i < scans; ++i) file += scan;
  return file + "\xff\xd9";
}

}  // namespace fxe::test
