// SPDX-License-Identifier: Apache-2.0
// Images given as pixels: a network computes the same as from the values that the host would have made
// of them.
#include <gtest/gtest.h>

#include "engine/error.h"
#include "engine/input/preprocess_presets.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/graph_builder.h"
#include "layers/plan.h"
#include "tests/engine/image/picture.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr int kSize = 9;

Model model() {
  GraphBuilder g;
  const ValueId x = g.conv("depthwise", g.input(3, kSize, kSize), {.k = 3, .filter = {3, 3}, .groups = 3});
  Graph graph = g.finish(g.linear("fc", g.flatten("flatten", x), 5));
  Random random(1, "weights");
  TensorMap weights{{"depthwise.weight", Tensor::from_floats({3, 1, 3, 3}, normals(random, 27))},
                    {"fc.weight", Tensor::from_floats({5, 147}, normals(random, 5 * 147))},
                    {"fc.bias", Tensor::from_floats({5}, normals(random, 5))}};
  return bind_weights(std::move(graph), std::move(weights), "pixels");
}

class Pixels : public testing::TestWithParam<Precision> {};

TEST_P(Pixels, GiveTheBitsOfTheValuesThatTheyStandFor) {
  constexpr int kImages = 4, kRows = 3;
  const Preprocess p{.crop_h = kSize,
                     .crop_w = kSize,
                     .channels = Preprocess::Channels::bgr,
                     .mean = {0.485, 0.456, 0.406},
                     .std = {0.229, 0.224, 0.225}};
  const auto device = make_host_device();
  const auto backend = make_cuda_backend(*device, GetParam(), described_device("h200"));
  const auto queue = device->make_queue();
  const auto plan = compile(model(), *backend, kRows);
  const Buffer arena = device->allocate(plan->arena_bytes());

  std::vector<float> values(kImages * p.elements());
  std::vector<uint8_t> pixels(kImages * p.elements());
  Preprocessor preprocessor;
  for (size_t i = 0; i < kImages; ++i) {
    const Image image = random_picture(kSize + 2, kSize, 10 + i);
    preprocessor.run(p, image, std::span(values).subspan(i * p.elements(), p.elements()));
    preprocessor.pixels(p, image, std::span(pixels).subspan(i * p.elements(), p.elements()));
  }
  const PixelValues table = pixel_values(p);
  const int32_t images[kRows] = {3, 1, -1}, count = 2;

  std::vector<float> from_values(kRows * 5), from_pixels(kRows * 5, -1);
  plan->bind(arena.data(), values.data(), from_values.data(), {.image = images, .count = &count});
  plan->enqueue(*queue);
  plan->bind(arena.data(), pixels.data(), from_pixels.data(),
             {.image = images, .count = &count, .pixel_values = table.data()});
  plan->enqueue(*queue);
  EXPECT_EQ(from_values, from_pixels);

  // The same images, counted from the second on.
  const int32_t from_second[kRows] = {2, 0, -1}, first = 1;
  std::vector<float> counted(kRows * 5, -1);
  plan->bind(arena.data(), pixels.data(), counted.data(),
             {.image = from_second, .count = &count, .pixel_values = table.data(), .first = &first});
  plan->enqueue(*queue);
  EXPECT_EQ(counted, from_pixels);
  EXPECT_NE(std::vector<float>(from_values.begin(), from_values.begin() + 5),
            std::vector<float>(from_values.begin() + 5, from_values.begin() + 10));
}

INSTANTIATE_TEST_SUITE_P(Precisions, Pixels,
                         testing::Values(Precision::fp32, Precision::fp16, Precision::bf16),
                         [](const auto& precision) { return std::string(name(precision.param)); });

TEST(PixelsOfAPlan, AreRefusedByBackendsThatDoNotReadThem) {
  const PixelValues table{};
  for (const auto& backend : {make_cpu_backend(1), make_reference_backend()}) {
    const auto plan = compile(model(), *backend, 1);
    const Buffer arena = backend->device().allocate(plan->arena_bytes());
    std::vector<float> input(static_cast<size_t>(plan->input_elements())), output(5);
    try {
      plan->bind(arena.data(), input.data(), output.data(), {.pixel_values = table.data()});
      ADD_FAILURE() << backend->name();
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::run_time);
    }
  }
}

}  // namespace
}  // namespace fxe::test
