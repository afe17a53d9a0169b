// SPDX-License-Identifier: Apache-2.0
// From a JPEG file in memory to a network's input, stage by stage, on a synthetic picture of a photograph's
// usual size.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
// jpeglib.h needs stdio.h before it.
#include <jpeglib.h>

#include "engine/image/decode.h"
#include "engine/input/preprocess.h"
#include "perf/made_up.h"

namespace fxe::perf {
namespace {

constexpr int kWidth = 500, kHeight = 375;

// Slow waves and some noise: at this quality, a tenth of a megabyte, as a photograph.
std::vector<uint8_t> picture() {
  const auto noise = some_values(size_t{kWidth} * kHeight * 3, 12);
  std::vector<uint8_t> rgb(noise.size());
  for (size_t i = 0; i < rgb.size(); ++i) {
    const size_t c = i % 3, x = i / 3 % kWidth, y = i / 3 / kWidth;
    const double wave =
        std::sin(0.02 * static_cast<double>(x * (c + 1))) + std::cos(0.03 * static_cast<double>(y));
    rgb[i] = static_cast<uint8_t>(128 + 50 * wave + static_cast<double>(noise[i]));
  }
  return rgb;
}

std::vector<std::byte> encode_jpeg(std::vector<uint8_t> rgb, bool progressive) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long count = 0;
  jpeg_mem_dest(&info, &bytes, &count);
  info.image_width = kWidth;
  info.image_height = kHeight;
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);  // 4:2:0
  jpeg_set_quality(&info, 90, TRUE);
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (uint8_t* row = rgb.data(); info.next_scanline < kHeight; row += 3 * kWidth)
    jpeg_write_scanlines(&info, &row, 1);
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const auto* begin = reinterpret_cast<const std::byte*>(bytes);
  std::vector<std::byte> file(begin, begin + count);
  std::free(bytes);
  return file;
}

void decode(benchmark::State& state, bool progressive) {
  const auto file = encode_jpeg(picture(), progressive);
  Image image;
  for (auto _ : state) decode_image(file, image);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(file.size()));
  state.counters["pixel/s"] =
      benchmark::Counter(kWidth * kHeight, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(decode, baseline, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(decode, progressive, true)->Unit(benchmark::kMicrosecond);

// Resize, crop and normalise as a preset says; items are images.
void preprocess(benchmark::State& state, const char* preset, bool pixels) {
  const Preprocess p = parse_preprocess(std::string(preset), preset);
  Image image;
  decode_image(encode_jpeg(picture(), false), image);
  Preprocessor preprocessor;
  std::vector<float> values(p.elements());
  std::vector<uint8_t> bytes(p.elements());
  for (auto _ : state)
    if (pixels)
      preprocessor.pixels(p, image, bytes);
    else
      preprocessor.run(p, image, values);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(preprocess, torchvision_224, "torchvision-224", false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(preprocess, torchvision_224_as_pixels, "torchvision-224", true)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(preprocess, bicubic, "timm-224-0.95-bicubic", false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(preprocess, opencv_area, "mlperf-resnet50", false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(preprocess, squash, "squash-224", false)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fxe::perf
