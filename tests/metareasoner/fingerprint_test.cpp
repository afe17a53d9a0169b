// SPDX-License-Identifier: Apache-2.0
// A store's fingerprint changes with everything that decides the members' outputs, and with nothing else.
#include "metareasoner/fingerprint.h"

#include <gtest/gtest.h>

#include <fstream>

namespace fxe::test {
namespace {

class FingerprintTest : public testing::Test {
 protected:
  FingerprintTest() {
    std::filesystem::create_directories(folder);
    write("a.onnx", "weights");
    write("mean.binaryproto", "a mean image");
    file.folder = folder;
    MemberEntry member;
    member.name = "a";
    member.model = "a.onnx";
    member.preprocess.mean_file = "mean.binaryproto";
    file.members.push_back(member);
    before = found();
  }
  ~FingerprintTest() override { std::filesystem::remove_all(folder); }

  std::string found() const {
    return fingerprint(file, [](const auto& model) { return std::vector{model}; }).ensemble;
  }
  void write(const char* name, const char* text) { std::ofstream(folder / name) << text; }

  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "fingerprint_test";
  EnsembleFile file;
  std::string before;
};

TEST_F(FingerprintTest, OfTheSameEnsembleIsTheSame) {
  file.members[0].weight = 2;
  file.members[0].temperature = 3;
  file.combine = Combine::probabilities;
  EXPECT_EQ(found(), before);
}

TEST_F(FingerprintTest, ChangesWithAModelsContent) {
  write("a.onnx", "other weights");
  EXPECT_NE(found(), before);
}

TEST_F(FingerprintTest, ChangesWithAMeanImagesContent) {
  write("mean.binaryproto", "another mean image");
  EXPECT_NE(found(), before);
}

TEST_F(FingerprintTest, ChangesWithTheChoiceOfWeights) {
  file.members[0].state_dict = "state_dict_ema";
  EXPECT_NE(found(), before);
}

TEST_F(FingerprintTest, ChangesWithTheChoiceOfOutput) {
  file.members[0].output = "features";
  EXPECT_NE(found(), before);
}

TEST_F(FingerprintTest, ChangesWithEveryFileOfAModel) {
  write("index", "which is where");
  write("b.safetensors", "half");
  const auto of_three = [&] {
    return fingerprint(file,
                       [&](const auto& model) {
                         return std::vector{folder / "index", model, folder / "b.safetensors"};
                       })
        .ensemble;
  };
  std::string last = of_three();
  EXPECT_NE(last, before);
  EXPECT_EQ(of_three(), last);
  for (const auto* name : {"index", "a.onnx", "b.safetensors"}) {
    write(name, "changed");
    const auto now = of_three();
    EXPECT_NE(now, last) << name;
    last = now;
  }
}

}  // namespace
}  // namespace fxe::test
