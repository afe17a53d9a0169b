// SPDX-License-Identifier: Apache-2.0
// Which of the sets of weights that a training program saved is read: the usual one, or the requested one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"
#include "tests/support/python_peer.h"
#include "tests/support/weight_files.h"
#include "weights_converter/read.h"

namespace fxe::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string set_of_weights(const char* storage) {
  return pickle::dict(
      {{"fc.bias", pickle::tensor(pickle::storage("FloatStorage", storage, 1), 0, {1}, {1})}});
}

// As timm's training saves them, the average beside what was trained; and a set within a set.
std::string checkpoint() {
  return pickle::whole(pickle::dict({{"state_dict", set_of_weights("0")},
                                     {"state_dict_ema", set_of_weights("1")},
                                     {"teacher", pickle::dict({{"model", set_of_weights("2")}})}}));
}

const Storages kStorages = {{"0", raw(1.0f)}, {"1", raw(2.0f)}, {"2", raw(3.0f)}};

std::string refusal(const std::filesystem::path& path, const std::string& asked) {
  try {
    read_weight_file(path, {.state_dict = asked});
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    return e.what();
  }
  return "no error";
}

class StateDictChoice : public testing::TestWithParam<bool> {
 protected:
  std::filesystem::path path =
      temporary_file("checkpoint.pth", GetParam() ? torch_legacy(checkpoint(), kStorages, sizeof(float))
                                                  : torch_zip(checkpoint(), kStorages));

  float bias(const std::string& asked) const {
    return read_weight_file(path, {.state_dict = asked}).tensors.at("fc.bias").to_float().at(0);
  }
};

TEST_P(StateDictChoice, TheUsualOneOrTheOneAskedFor) {
  EXPECT_EQ(bias(""), 1);
  EXPECT_EQ(bias("state_dict"), 1);
  EXPECT_EQ(bias("state_dict_ema"), 2);
  EXPECT_EQ(bias("teacher.model"), 3);
}

TEST_P(StateDictChoice, NotesSayWhichAndHowToReadAnother) {
  EXPECT_THAT(read_weight_file(path).notes,
              ElementsAre("weights are those under 'state_dict'; not read: 'state_dict_ema', 'teacher.model' "
                          "(--state-dict NAME reads another)"));
  EXPECT_THAT(read_weight_file(path, {.state_dict = "state_dict_ema"}).notes,
              ElementsAre("weights are those under 'state_dict_ema'; not read: 'state_dict', 'teacher.model' "
                          "(--state-dict NAME reads another)"));
}

// As one dict, of a teacher and a student.
TEST(StateDict, OrWhatTheNamesOfTensorsBeginWith) {
  const auto two = pickle::whole(
      pickle::dict({{"student.fc.bias", pickle::tensor(pickle::storage("FloatStorage", "0", 1), 0, {1}, {1})},
                    {"teacher.fc.bias", pickle::tensor(pickle::storage("FloatStorage", "1", 1), 0, {1}, {1})},
                    {"loss", pickle::tensor(pickle::storage("FloatStorage", "2", 1), 0, {1}, {1})}}));
  const auto torch = temporary_file("two.pth", torch_zip(two, kStorages));
  const auto safetensors = temporary_file(
      "two.safetensors",
      safetensors_file(R"({"loss":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                       R"("student.fc.bias":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},)"
                       R"("teacher.fc.bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
                       raw(3.0f) + raw(1.0f) + raw(2.0f)));
  for (const auto& path : {torch, safetensors}) {
    EXPECT_EQ(read_weight_file(path).tensors.size(), 3u);
    const auto file = read_weight_file(path, {.state_dict = "teacher"});
    ASSERT_EQ(file.tensors.size(), 1u);
    EXPECT_EQ(file.tensors.at("fc.bias").to_float().at(0), 2);
    EXPECT_THAT(
        file.notes,
        ElementsAre("weights are those whose names begin with 'teacher.'; left out: 2 other tensors"));
    EXPECT_THAT(refusal(path, "teach"), HasSubstr("'teach'"));
  }
}

TEST(StateDict, SaysWhatWasTrained) {
  const auto saved = pickle::whole(
      pickle::dict({{"arch", pickle::text("resnetblur18")}, {"state_dict", set_of_weights("0")}}));
  EXPECT_EQ(read_weight_file(temporary_file("arch.pth", torch_zip(saved, kStorages))).metadata.at("arch"),
            "resnetblur18");
}

TEST(StateDict, WhatIsNoCheckpointIsNamed) {
  const auto program =
      temporary_file("p.pt2", zip_file({{"p/archive_format", "pt2"}, {"p/models/model.json", "{}"}}));
  EXPECT_THAT(refusal(program, ""),
              HasSubstr("is a program of torch.export; fxe reads tensors only: save the model's "
                        "state_dict(), or export ONNX"));
  const auto array = pickle::global("numpy._core.multiarray", "_reconstruct") + pickle::tuple({}) + "R";
  const auto arrays =
      temporary_file("arrays.pth", torch_zip(pickle::whole(pickle::dict({{"fc.bias", array}})), {}));
  EXPECT_THAT(refusal(arrays, ""),
              HasSubstr("its values are NumPy arrays; fxe reads tensors: save each as torch.from_numpy"));
}

TEST_P(StateDictChoice, OneThatIsNotThere) {
  for (const char* absent : {"ema", "teacher", "model"})
    EXPECT_THAT(
        refusal(path, absent),
        HasSubstr("checkpoint.pth: --state-dict: it holds no dict of tensors called '" + std::string(absent) +
                  "'; expected one of 'state_dict', 'state_dict_ema', 'teacher.model'"));
}

INSTANTIATE_TEST_SUITE_P(Files, StateDictChoice, testing::Values(false, true),
                         [](const auto& p) { return p.param ? "legacy" : "zip"; });

TEST(StateDict, FilesOfOneSetHaveNoChoice) {
  const auto path = temporary_file(
      "one.safetensors",
      safetensors_file(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", raw(1.0f)));
  EXPECT_THAT(refusal(path, "ema"),
              HasSubstr("one.safetensors: no PyTorch checkpoint: it has one set of weights"));
}

}  // namespace
}  // namespace fxe::test
