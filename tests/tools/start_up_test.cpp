// SPDX-License-Identifier: Apache-2.0
// The program itself, freshly started: which libraries it loads, and what it says if memory is short.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <sstream>

#include "tests/paths.h"
#include "tests/support/sanitized.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

class StartUp : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(FXE_BINARY_DIR "/fxe")) GTEST_SKIP() << "fxe is not built";
    // Sanitizers need an address space besides the program's own.
    if (kSanitized) GTEST_SKIP() << "a sanitizer's libraries and memory are not the program's";
  }

  // "fxe WORDS" as a process of its own, with this in front of it in the shell.
  Outcome start(const std::string& before, const std::string& words) const {
    const std::string command = fmt::format("{} GOMP_SPINCOUNT=1000 '{}/fxe' {} >'{}' 2>'{}'", before,
                                            FXE_BINARY_DIR, words, folder / "out", folder / "err");
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(folder / "out"),
            read_text(folder / "err")};
  }
  Outcome with_memory(size_t kib, const std::string& words) const {
    return start(fmt::format("ulimit -v {};", kib), words + " --device cpu --threads 1 --quiet");
  }

  // The libraries the loader was asked for, at the start of the program and by dlopen since.
  std::string libraries(const std::string& words) const {
    std::istringstream log(start("LD_DEBUG=libs", words).err);
    std::string found;
    for (std::string line; std::getline(log, line);)
      if (const size_t at = line.find("find library="); at != line.npos) found += line.substr(at) + "\n";
    return found;
  }

  // An address space, in KiB, in which a small ensemble runs.
  size_t enough_for_small() const {
    size_t kib = 50'000;
    while (kib < 10'000'000 && with_memory(kib, classify(small.ensemble)).code != 0) kib += 10'000;
    return kib;
  }

  std::string classify(const std::string& model) const { return "classify '" + model + "' '" + image + "'"; }

  const SmallEnsemble& small = small_ensemble();
  const std::string image = small.images + "/0/100.ppm";
  Folder folder;
};

TEST_F(StartUp, OnTheCpuNoLibraryOfCudaIsAskedFor) {
  const std::string asked = libraries(classify(small.ensemble) + " --device cpu");
  EXPECT_THAT(asked, HasSubstr("libdnnl"));
  for (const char* name : {"cuda", "cudnn", "cublas", "nvrtc", "cupti", "nvidia", "python"})
    EXPECT_THAT(asked, testing::Not(HasSubstr(name)));
#if FXE_HAVE_CUDA
  // This would be seen.
  EXPECT_THAT(libraries("doctor"), HasSubstr("libcuda.so"));
#endif
}

TEST_F(StartUp, WhereAFileCannotBeMappedItsSizeIsSaid) {
  const std::string model = folder / "large.safetensors";
  write_text(model, "a file of holes");
  std::filesystem::resize_file(model, size_t{1} << 36);
  const auto run = with_memory(enough_for_small(), classify(model));
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("out of memory: 68719476736 bytes"));
  EXPECT_EQ(lines_of(run.err), 1u) << run.err;
}

TEST_F(StartUp, WhereWeightsDoNotFitTheNeedIsSaid) {
  const std::string model = folder / "resnet18.safetensors";
  write_member(model, "resnet18", 1);
  const size_t kib = std::filesystem::file_size(model) / 1024, small_kib = enough_for_small();
  // Packed weights are a copy.
  const auto run = with_memory(small_kib + kib, classify(model));
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, testing::ContainsRegex("out of memory: [0-9]+ bytes are needed to prepare the weights "
                                              "of 1 member, and [0-9]+ are available;"));
  EXPECT_EQ(lines_of(run.err), 1u) << run.err;
  EXPECT_EQ(with_memory(small_kib + 10 * kib, classify(model)).code, 0);
}

}  // namespace
}  // namespace fxe::test
