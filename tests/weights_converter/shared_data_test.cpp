// SPDX-License-Identifier: Apache-2.0
// Other people's published files, if this machine has them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "networks/registry.h"
#include "tests/paths.h"
#include "weights_converter/read.h"

namespace fxe {
namespace {

namespace fs = std::filesystem;

fs::path shared_data() {
  if (const char* given = std::getenv("FXE_DATA")) return given;
  return fs::path(FXE_SOURCE_DIR) / "../shared/data";
}

class Published : public testing::TestWithParam<std::pair<const char*, const char*>> {};

class PublishedOnnx : public testing::TestWithParam<std::pair<const char*, int64_t>> {};

TEST_P(PublishedOnnx, ModelBindsToItsGraph) {
  const auto [file, size] = GetParam();
  const fs::path path = shared_data() / "imagenet/weights" / file;
  if (!fs::exists(path)) GTEST_SKIP() << "no " << file << " (set FXE_DATA)";
  WeightFile read = read_weight_file(path);
  EXPECT_EQ(read.format, "ONNX");
  ASSERT_TRUE(read.graph);
  const Model model = bind_weights(*std::move(read.graph), std::move(read.tensors), path.string());
  EXPECT_EQ(model.input(), (Input{3, size, size}));
  EXPECT_EQ(model.classes(), 1000);
}

INSTANTIATE_TEST_SUITE_P(Files, PublishedOnnx,
                         testing::Values(std::pair{"mobilenet_v1_0.5_160.onnx", 160},
                                         std::pair{"mobilenet_v1_0.75_192.onnx", 192},
                                         std::pair{"mobilenet_v1_1.0_224.onnx", 224},
                                         std::pair{"mobilenet_v2_1.0_224.onnx", 224}));

TEST_P(Published, LegacyCheckpointBindsToItsNetwork) {
  const auto [file, network] = GetParam();
  const fs::path path = shared_data() / file;
  if (!fs::exists(path)) GTEST_SKIP() << "no " << file << " (set FXE_DATA)";
  WeightFile read = read_weight_file(path);
  EXPECT_EQ(read.format, "PyTorch legacy");
  EXPECT_EQ(recognise_networks(read.tensors).front().spec, network);
  EXPECT_NO_THROW(bind_weights(build_network(network), std::move(read.tensors), path.string()));
}

INSTANTIATE_TEST_SUITE_P(Files, Published,
                         testing::Values(std::pair{"cifar10/weights/resnet20-12fca82f.th", "cifar_resnet20"},
                                         std::pair{"cifar10/weights/resnet32-d509ac18.th", "cifar_resnet32"},
                                         std::pair{"cifar10/weights/resnet44-014dd654.th", "cifar_resnet44"},
                                         std::pair{"imagenet/weights/mobilenetV1X0.25_pretrain.tar",
                                                   "mobilenet_v1:classes=1000,width=0.25"}));

}  // namespace
}  // namespace fxe
