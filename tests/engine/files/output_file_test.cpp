// SPDX-License-Identifier: Apache-2.0
#include "engine/files/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "engine/error.h"
#include "tests/engine/input/temporary_folder.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::ptrdiff_t files_in(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

struct stat status_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status;
}

std::string error_of_kind(ErrorKind kind, const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.kind() == kind ? error.what() : "ANOTHER KIND";
  }
  return "NO ERROR";
}

void write(const fs::path& path, std::string_view text) {
  OutputFile file(path);
  file.write(text);
  file.commit();
}

class OutputFiles : public testing::Test {
 protected:
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "out.json";
};

TEST_F(OutputFiles, AppearWhenTheyAreComplete) {
  folder.write("out.json", "old");
  {
    OutputFile file(path);
    file.write(std::string_view("new\0text", 8));
    file.write(std::string(100'000, 'x'));
    EXPECT_EQ(content(path), "old");
    file.commit();
    EXPECT_EQ(content(path), std::string("new\0text", 8) + std::string(100'000, 'x'));
  }
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST_F(OutputFiles, WithoutCommitNothingHappened) {
  folder.write("out.json", "old");
  {
    OutputFile a(path), b(folder.path() / "fresh"), nowhere;
    for (OutputFile* file : {&a, &b, &nowhere}) file->write("half");
  }
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST_F(OutputFiles, CannotBeMade) {
  const auto missing = folder.path() / "missing" / "out";
  EXPECT_EQ(error_of_kind(ErrorKind::run_time, [&] { OutputFile file(missing); }),
            "cannot write " + missing.string() +
                ": No such file or directory; check the folder and its permissions");
  EXPECT_EQ(error_of_kind(ErrorKind::bad_input, [&] { OutputFile file(folder.path()); }),
            folder.path().string() + ": expected the name of a file, found a folder");
  EXPECT_THAT(error_of_kind(ErrorKind::bad_input, [&] { OutputFile file(path.string() + "/"); }),
              HasSubstr("found"));
  const auto long_name = folder.path() / std::string(300, 'n');
  EXPECT_THAT(error_of_kind(ErrorKind::run_time, [&] { OutputFile file(long_name); }),
              HasSubstr("File name too long"));
}

TEST_F(OutputFiles, OfTheLongestName) {
  const auto longest = folder.path() / std::string(255, 'n');
  write(longest, "x");
  EXPECT_EQ(content(longest), "x");
}

TEST_F(OutputFiles, GoThroughLinksToTheirTarget) {
  folder.write("real/target", "old");
  fs::create_symlink("target", folder.path() / "real/second");
  fs::create_symlink("real/second", path);
  write(path, "new");
  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_TRUE(fs::is_symlink(folder.path() / "real/second"));
  EXPECT_EQ(content(folder.path() / "real/target"), "new");
  // A link to nothing creates the file it names, as the shell's > does.
  fs::create_symlink("real/made", folder.path() / "dangling");
  write(folder.path() / "dangling", "made");
  EXPECT_EQ(content(folder.path() / "real/made"), "made");
  EXPECT_EQ(files_in(folder.path() / "real"), 3);
  fs::create_symlink("loop", folder.path() / "loop");
  EXPECT_THAT(error_of_kind(ErrorKind::run_time, [&] { OutputFile file(folder.path() / "loop"); }),
              HasSubstr("Too many levels of symbolic links"));
}

TEST_F(OutputFiles, KeepModeAndOwner) {
  folder.write("out.json", "old");
  fs::permissions(path, fs::perms(0640));
  const bool root = geteuid() == 0;
  if (root) {
    ASSERT_EQ(chown(path.c_str(), 65534, 65533), 0);
  }
  write(path, "new");
  EXPECT_EQ(status_of(path).st_mode & 07777u, 0640u);
  if (root) {
    EXPECT_EQ(status_of(path).st_uid, 65534u);
    EXPECT_EQ(status_of(path).st_gid, 65533u);
  }
  const mode_t mask = umask(027);
  write(folder.path() / "fresh", "x");
  umask(mask);
  EXPECT_EQ(status_of(folder.path() / "fresh").st_mode & 07777u, 0640u);
}

// An existing read-only file is not replaced either. Root may write everything.
TEST_F(OutputFiles, DoNotReplaceWhatIsWriteProtected) {
  if (geteuid() == 0) GTEST_SKIP() << "run as root";
  folder.write("out.json", "old");
  fs::permissions(path, fs::perms(0444));
  EXPECT_THAT(error_of_kind(ErrorKind::run_time, [&] { OutputFile file(path); }),
              HasSubstr("Permission denied"));
}

TEST_F(OutputFiles, NamedPipesAreWrittenToAndStay) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::string read;
  std::thread reader([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    read = content(path);
  });
  write(path, "through the pipe");
  reader.join();
  EXPECT_EQ(read, "through the pipe");
  EXPECT_TRUE(S_ISFIFO(status_of(path).st_mode));
  EXPECT_EQ(files_in(folder.path()), 1);
}

// Waiting for a reader that may still come ends, after seconds.
TEST_F(OutputFiles, NamedPipesThatNobodyReadsAreAnError) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(error_of_kind(ErrorKind::run_time, [&] { OutputFile file(path); }),
              HasSubstr("no process has opened this pipe"));
}

TEST_F(OutputFiles, DevicesAreWrittenToAndStay) {
  fs::create_symlink("/dev/full", path);
  const auto error = error_of_kind(ErrorKind::run_time, [&] { write(path, std::string(1'000'000, 'x')); });
  EXPECT_EQ(error, "cannot write " + path.string() + ": No space left on device");
  EXPECT_EQ(error_of_kind(ErrorKind::run_time, [&] { write(path, "x"); }), error);
  EXPECT_TRUE(S_ISCHR(status_of("/dev/full").st_mode));
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST_F(OutputFiles, DescriptorsAreWrittenTo) {
  const Descriptor open_file(open(path.c_str(), O_WRONLY | O_CREAT, 0600));
  const auto inode = status_of(path).st_ino;
  write(fmt::format("/dev/fd/{}", open_file.get()), "a");
  write(fmt::format("/proc/self/fd/{}", open_file.get()), "b");
  EXPECT_EQ(content(path), "ab");
  EXPECT_EQ(status_of(path).st_ino, inode);
  EXPECT_THAT(error_of_kind(ErrorKind::run_time, [&] { OutputFile file("/dev/fd/987"); }),
              HasSubstr("Bad file descriptor"));
}

// And so is the file it is redirected to, by whatever name.
TEST_F(OutputFiles, StandardOutput) {
  testing::internal::CaptureStdout();
  write("-", "one ");
  write("/dev/stdout", "two ");
  EXPECT_EQ(find_output("/proc/self/fd/1").descriptor, STDOUT_FILENO);
  EXPECT_EQ(find_output(fs::read_symlink("/proc/self/fd/1")).descriptor, STDOUT_FILENO);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "one two ");
  EXPECT_FALSE(fs::exists("-"));
}

TEST_F(OutputFiles, AreTheSame) {
  folder.write("a", "x");
  fs::create_hard_link(folder.path() / "a", folder.path() / "b");
  fs::create_symlink("a", folder.path() / "c");
  fs::create_directory_symlink(".", folder.path() / "here");
  const auto same = [&](const char* x, const char* y) {
    return same_file(find_output(folder.path() / x), find_output(folder.path() / y));
  };
  EXPECT_TRUE(same("a", "b"));
  EXPECT_TRUE(same("a", "c"));
  EXPECT_TRUE(same("new", "here/new"));
  EXPECT_FALSE(same("a", "new"));
  EXPECT_FALSE(same("new", "new2"));
  EXPECT_TRUE(same_file(find_output("-"), find_output("/dev/stdout")));
  EXPECT_FALSE(same_file(find_output("/dev/null"), find_output("/dev/null")));
}

// Removes what a killed process left, and nothing else: not a living process's file, nor another target's,
// nor one that only looks like it.
TEST_F(OutputFiles, LeftOversAreRemovedByTheNextOne) {
  const auto dead = folder.write(".out.json.0123456789abcdef.fxe-tmp", "half"),
             alive = folder.write(".out.json.00000000000000aa.fxe-tmp", "half"),
             other = folder.write(".other.json.0123456789abcdef.fxe-tmp", "half"),
             own = folder.write(".out.json.mine.fxe-tmp", "mine");
  fs::create_symlink("out.json", folder.path() / ".out.json.1111111111111111.fxe-tmp");
  const Descriptor lock(open(alive.c_str(), O_RDONLY));
  ASSERT_EQ(flock(lock.get(), LOCK_EX), 0);
  write(path, "new");
  EXPECT_FALSE(fs::exists(dead));
  EXPECT_TRUE(fs::exists(alive));
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(fs::exists(own));
  EXPECT_EQ(content(path), "new");
}

TEST_F(OutputFiles, TwoOfOneNameDoNotDisturbEachOther) {
  OutputFile a(path), b(path);
  a.write("a");
  b.write("b");
  a.commit();
  EXPECT_EQ(content(path), "a");
  b.commit();
  EXPECT_EQ(content(path), "b");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST_F(OutputFiles, AreRemovedForASignal) {
  OutputFile file(path);
  EXPECT_EQ(files_in(folder.path()), 1);
  remove_temporary_files();
  EXPECT_EQ(files_in(folder.path()), 0);
}

}  // namespace
}  // namespace fxe::test
