// SPDX-License-Identifier: Apache-2.0
// Caffemodels on the command line: convert, init, --input, --mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "layers/optimize.h"
#include "layers/run_plan.h"
#include "runtime/model_loader.h"
#include "tests/tools/command_line.h"
#include "tests/weights_converter/caffe/builder.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

// A net of every kind of weight for 32 x 32 pixels and five classes; `says_size`: with an Input layer.
std::string small_net(bool says_size) {
  CaffeBuilder b(21);
  if (says_size) b.input(3, 32, 32);
  b.conv("conv1", "data", 3, {.k = 8, .filter = 5, .stride = 2, .bias = false});
  b.norm("bn1", "scale1", "conv1", 8, 17);
  b.in_place("ReLU", "relu1", "conv1");
  b.pool("pool1", "conv1", 0, 3, 2);
  b.lrn("norm1", "pool1");
  b.conv("conv2", "norm1", 8, {.k = 8, .filter = 3, .pad = 1, .groups = 2});
  b.layer("Eltwise", "sum", {"norm1", "conv2"}, {"sum"});
  b.pool("pool2", "sum", 1, 7, 1);
  auto& fc = b.linear("fc", "pool2", 8, 5);
  for (auto& blob : *fc.mutable_blobs())
    for (float& v : *blob.mutable_data()) v *= 0.05f;  // so that answers are not all certain
  b.layer("Softmax", "prob", "fc");
  return b.bytes();
}

std::string mean_image(int height, int width, float (*mean)(int channel, int x)) {
  caffe::Blob blob;
  blob.set_num(1);
  blob.set_channels(3);
  blob.set_height(height);
  blob.set_width(width);
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) blob.add_data(mean(c, x));
  return blob.SerializeAsString();
}

class CaffeCommands : public testing::Test {
 protected:
  CaffeCommands() {
    write_text(says, small_net(true));
    write_text(bare, small_net(false));
    for (uint64_t i = 0; i < 10; ++i)
      write_text(images + "/" + std::to_string(i % 5) + "/" + std::to_string(i) + ".ppm", rendered_image(i));
  }

  std::string predictions(const std::string& model, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"eval",      model, images,          "--quiet",
                                   "--threads", "1",   "--predictions", folder / "p.csv"};
    words.insert(words.end(), more.begin(), more.end());
    const auto run = fxe(words);
    EXPECT_EQ(run.code, 0) << run.err;
    return read_text(folder / "p.csv");
  }

  Folder folder;
  std::string says = folder / "says.caffemodel", bare = folder / "bare.caffemodel",
              images = folder / "images";
};

TEST_F(CaffeCommands, ConvertedFilesGiveTheSameLogitsBitForBit) {
  ASSERT_EQ(fxe({"convert", says, "-o", folder / "a.safetensors"}).code, 0);
  ASSERT_EQ(fxe({"convert", bare, "--input", "32x32", "-o", folder / "b.safetensors"}).code, 0);
  Random random(5);
  const auto image = normals(random, 3 * 32 * 32, 60);
  const auto logits = [&](const std::string& path, const std::optional<Input>& input = {}) {
    return run_model(optimize(load_model(path, "", {.input = input}).model), *make_cpu_backend(1), image, 1);
  };
  const auto expected = logits(says);
  EXPECT_EQ(expected.size(), 5u);
  EXPECT_NE(expected[0], expected[1]);
  EXPECT_EQ(logits(folder / "a.safetensors"), expected);
  EXPECT_EQ(logits(bare, Input{3, 32, 32}), expected);
  EXPECT_EQ(logits(folder / "b.safetensors"), expected);
  EXPECT_EQ(predictions(folder / "a.safetensors", {"--preprocess", "caffe-32"}), predictions(says));
}

TEST_F(CaffeCommands, TheInputsSizeIsAskedFor) {
  const auto refused = fxe({"inspect", bare});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("does not say the size of its input 'data'; name it with --input"));
  EXPECT_EQ(fxe({"inspect", bare, "--input", "32x32"}).code, 0);
  EXPECT_EQ(fxe({"check", bare, "--input", "3,32,32", "--quiet"}).code, 0);
  EXPECT_EQ(predictions(bare, {"--preprocess", "caffe-32"}), predictions(bare, {"--input", "32x32"}));
  for (const std::string wrong : {"32", "32x", "0x32", "32x32x32", "3,32", "99999x3", "32x32 "}) {
    const auto run = fxe({"inspect", bare, "--input", wrong});
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(
        run.err,
        HasSubstr("--input: expected HEIGHTxWIDTH or CHANNELS,HEIGHT,WIDTH, such as 227x227, found '" +
                  wrong + "'"));
  }
  write_member(folder / "r.safetensors", "cifar_resnet8", 1);
  const auto other = fxe({"inspect", folder / "r.safetensors", "--input", "64x64"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err,
              HasSubstr("this safetensors file takes images of 3x32x32, and --input cannot change that"));
}

TEST_F(CaffeCommands, InitChoosesCaffesPreprocessingAndSaysSo) {
  const auto run = fxe({"init", says, bare, "--input", "32x32", "-o", folder / "e.json"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(
      run.out,
      HasSubstr(
          "each member: images as Caffe's ImageNet models expect them, caffe-32 (blue first, minus 104, "
          "117, 123); --preprocess names another way\n"));
  EXPECT_THAT(run.out, HasSubstr("its layer 'prob' (Softmax) at the end is left out"));
  const auto p = read_json(folder / "e.json")["members"][1]["preprocess"];
  EXPECT_EQ(p["channels"], "bgr");
  EXPECT_EQ(p["resize"]["antialias"], false);
  EXPECT_EQ(p["crop"], 32);
  EXPECT_EQ(predictions(folder / "e.json", {"--policy", "first:1"}), predictions(says));
}

TEST_F(CaffeCommands, MeanImages) {
  write_text(folder / "same.binaryproto", mean_image(256, 256, [](int c, int) {
               return c == 0 ? 104.f : c == 1 ? 117.f : 123.f;
             }));
  write_text(folder / "slope.binaryproto",
             mean_image(256, 256, [](int, int x) { return static_cast<float>(x); }));
  write_text(folder / "small.binaryproto", mean_image(32, 32, [](int, int) { return 1.f; }));
  const auto init = [&](const std::string& mean) {
    return fxe({"init", says, "--mean", folder / mean, "-o", folder / (mean + ".json")});
  };
  ASSERT_EQ(init("same.binaryproto").code, 0);
  ASSERT_EQ(init("slope.binaryproto").code, 0);
  const auto p = read_json(folder / "same.binaryproto.json")["members"][0]["preprocess"];
  EXPECT_EQ(p["mean_image"], "same.binaryproto");
  EXPECT_EQ(p["mean"], (nlohmann::json{0, 0, 0}));
  const auto by_pixel = predictions(says);
  EXPECT_EQ(predictions(folder / "same.binaryproto.json"), by_pixel);
  EXPECT_NE(predictions(folder / "slope.binaryproto.json"), by_pixel);

  const auto small = init("small.binaryproto");
  EXPECT_EQ(small.code, 2);
  EXPECT_THAT(
      small.err,
      HasSubstr("small.binaryproto: the mean image has 32x32 pixels, but images are resized to 256x256"));
  const auto no_mean = init("says.caffemodel");
  EXPECT_EQ(no_mean.code, 2);
  EXPECT_THAT(no_mean.err, HasSubstr("says.caffemodel: "));
  std::filesystem::remove(folder / "same.binaryproto");
  const auto gone = fxe({"eval", folder / "same.binaryproto.json", images});
  EXPECT_EQ(gone.code, 2);
  EXPECT_THAT(gone.err, HasSubstr("same.binaryproto"));
}

}  // namespace
}  // namespace fxe::test
