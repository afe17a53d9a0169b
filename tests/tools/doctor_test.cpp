// SPDX-License-Identifier: Apache-2.0
// "fxe doctor": what works on this machine, and in words what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/tools/refused.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

// By the driver's own tool, not by fxe.
bool machine_has_gpu() { return std::system("nvidia-smi -L >/dev/null 2>&1") == 0; }

class Doctor : public testing::Test {
 protected:
  Folder folder;
  const Outcome run = fxe({"doctor", "--json", folder / "d.json"});
  const nlohmann::json report = read_json(folder / "d.json");
};

TEST_F(Doctor, DescribesTheProcessorAndItsLibrary) {
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(report["schema"], "fxe.doctor/1");
  EXPECT_EQ(report["cpu"]["works"], true);
  EXPECT_GT(report["cpu"]["threads"], 0);
  EXPECT_THAT(report["cpu"]["library"].get<std::string>(), HasSubstr("oneDNN"));
  for (const char* key : {"model", "vectors", "library"})
    EXPECT_THAT(run.out, HasSubstr(report["cpu"][key].get<std::string>()));
}

TEST_F(Doctor, SaysWhetherCudaIsThereAndWhyNot) {
  const auto cuda = report["cuda"];
#ifdef FXE_HAVE_CUDA
  EXPECT_EQ(cuda["built_in"], true);
  EXPECT_NE(cuda["state"], "no_toolkit");
  EXPECT_THAT(cuda["versions"].get<std::string>(), HasSubstr("cuDNN"));
  EXPECT_THAT(run.out, HasSubstr(cuda["versions"].get<std::string>()));
#else
  EXPECT_EQ(cuda["built_in"], false);
  EXPECT_EQ(cuda["state"], "no_toolkit");
  EXPECT_THAT(cuda["text"].get<std::string>(), HasSubstr("built without CUDA"));
#endif
  EXPECT_THAT(run.out, HasSubstr(cuda["text"].get<std::string>()));
  if (!machine_has_gpu()) {
    EXPECT_EQ(cuda["works"], false);
  }
}

TEST_F(Doctor, ADeviceThatWasAskedForAndDoesNotWorkIsAFailure) {
  const auto asked = fxe({"doctor", "--device", "cuda", "--quiet"});
  EXPECT_EQ(asked.out, "");
  if (report["cuda"]["works"]) {
    EXPECT_EQ(asked.code, 0) << asked.err;
  } else {
    EXPECT_EQ(asked.code, 1);
    EXPECT_EQ(asked.err, "fxe doctor: --device cuda: " + report["cuda"]["text"].get<std::string>() + "\n");
  }
}

TEST_F(Doctor, WhatItCannotUseIsOneLine) {
  expect_refused({"doctor", "me"}, "no words");
  expect_refused({"doctor", "--device", "tpu"}, "--device");
}

}  // namespace
}  // namespace fxe::test
