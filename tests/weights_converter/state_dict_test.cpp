// SPDX-License-Identifier: Apache-2.0
// Which of the sets of weights that a training program saved is read: the usual one, or the one that is asked
// for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"
#include "tests/support/python_peer.h"
#include "tests/support/weight_files.h"
#include "weights_converter/tensor_file.h"

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

class StateDictChoice : public testing::TestWithParam<bool> {
 protected:
  std::filesystem::path path =
      temporary_file("checkpoint.pth", GetParam() ? torch_legacy(checkpoint(), kStorages, sizeof(float))
                                                  : torch_zip(checkpoint(), kStorages));

  float bias(const std::string& asked) const {
    return read_tensor_file(path, {.state_dict = asked}).tensors.at("fc.bias").to_float().at(0);
  }
};

TEST_P(StateDictChoice, TheUsualOneOrTheOneAskedFor) {
  EXPECT_EQ(bias(""), 1);
  EXPECT_EQ(bias("state_dict"), 1);
  EXPECT_EQ(bias("state_dict_ema"), 2);
  EXPECT_EQ(bias("teacher.model"), 3);
}

TEST_P(StateDictChoice, NotesSayWhichAndHowToReadAnother) {
  EXPECT_THAT(read_tensor_file(path).notes,
              ElementsAre("weights are those under 'state_dict'; not read: 'state_dict_ema', 'teacher.model' "
                          "(--state-dict NAME reads another)"));
  EXPECT_THAT(read_tensor_file(path, {.state_dict = "state_dict_ema"}).notes,
              ElementsAre("weights are those under 'state_dict_ema'; not read: 'state_dict', 'teacher.model' "
                          "(--state-dict NAME reads another)"));
}

std::string refusal(const std::filesystem::path& path, const std::string& asked) {
  try {
    read_tensor_file(path, {.state_dict = asked});
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    return e.what();
  }
  return "no error";
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
