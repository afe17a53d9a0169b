// SPDX-License-Identifier: Apache-2.0
#include "engine/atomic_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <sstream>

#include "engine/error.h"
#include "tests/engine/input/temporary_folder.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::ptrdiff_t files_in(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

std::string run_time_error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::run_time ? error.what() : "ANOTHER KIND";
  }
  return "NO ERROR";
}

TEST(AtomicFile, AppearsWhenItIsComplete) {
  const TemporaryFolder folder;
  const auto path = folder.write("out.json", "old");
  {
    AtomicFile file(path);
    file.write(std::string_view("new\0text", 8));
    file.stream() << 42;
    file.stream().flush();
    EXPECT_EQ(content(path), "old");
    file.commit();
    EXPECT_EQ(content(path), std::string("new\0text42", 10));
  }
  EXPECT_EQ(content(path), std::string("new\0text42", 10));
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(AtomicFile, WithoutCommitNothingHappened) {
  const TemporaryFolder folder;
  const auto old = folder.write("old", "old"), fresh = folder.path() / "fresh";
  {
    AtomicFile a(old), b(fresh);
    a.write("half");
    b.write("half");
  }
  EXPECT_EQ(content(old), "old");
  EXPECT_FALSE(fs::exists(fresh));
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(AtomicFile, CannotBeMade) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "missing" / "out";
  EXPECT_EQ(
      run_time_error_of([&] { AtomicFile file(path); }),
      "cannot write " + path.string() + ": No such file or directory; check the folder and its permissions");
}

TEST(AtomicFile, CannotTakeTheNameOfAFolder) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "taken";
  fs::create_directories(path / "inside");
  const auto error = run_time_error_of([&] {
    AtomicFile file(path);
    file.write("x");
    file.commit();
  });
  EXPECT_TRUE(error.starts_with("cannot write " + path.string() + ": ")) << error;
  EXPECT_TRUE(fs::is_directory(path / "inside"));
  EXPECT_EQ(files_in(folder.path()), 1) << "the temporary file is gone";
}

// /dev/full takes no byte. The temporary name is where the file is written, so it is linked there.
TEST(AtomicFile, FullDisk) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  const TemporaryFolder folder;
  const auto path = folder.path() / "out";
  fs::create_symlink("/dev/full", path.string() + fmt::format(".{}.tmp", getpid()));
  const auto error = run_time_error_of([&] {
    AtomicFile file(path);
    file.write(std::string(1'000'000, 'x'));
    file.commit();
  });
  EXPECT_TRUE(error.starts_with("cannot write " + path.string() + ": ")) << error;
  EXPECT_TRUE(error.ends_with("; is the disk full?")) << error;
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace fxe::test
