// SPDX-License-Identifier: Apache-2.0
#include "engine/mapped_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "engine/error.h"
#include "engine/files/files_read.h"
#include "engine/signals.h"
#include "tests/engine/input/temporary_folder.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

std::byte last_of(const MappedFile& file) { return file.bytes()[file.bytes().size() - 1]; }

TEST(MappedFile, AddressesKnowTheirFile) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("a\nb", std::string(5000, 'x'));
  auto file = MappedFile::open(path);
  const auto other = MappedFile::open(folder.write("other", "y"));
  const std::byte* begin = file->bytes().data();
  EXPECT_THAT(file_mapped_at(begin), testing::EndsWith("/a?b"));
  EXPECT_THAT(file_mapped_at(begin + 4999), testing::EndsWith("/a?b"));
  EXPECT_THAT(file_mapped_at(other->bytes().data()), testing::EndsWith("/other"));
  EXPECT_EQ(file_mapped_at(&begin), nullptr);
  file.reset();
  EXPECT_EQ(file_mapped_at(begin), nullptr);
}

void say_cleaned() { std::fputs("cleaned\n", stderr); }

// Reading what is gone raises SIGBUS: one line, the cleanups, and exit code 1.
TEST(MappedFileDeathTest, OneThatShrinksIsALine) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto read_what_is_gone = [] {
    std::signal(SIGBUS, SIG_DFL);  // a sanitizer's
    install_signal_handlers();
    at_signal(say_cleaned);
    const char* name = "shrinks\u009b.fxe-test";  // C1, which begins an escape sequence
    std::ofstream(name) << std::string(20'000, 'x');
    const auto file = MappedFile::open(name);
    fs::resize_file(name, 100);
    fs::remove(name);
    std::exit(last_of(*file) == std::byte{0} ? 3 : 4);
  };
  EXPECT_EXIT(read_what_is_gone(), testing::ExitedWithCode(1),
              "^fxe: shrinks\\?.fxe-test: cannot be read any more: it became shorter in the meantime, or its "
              "disk fails\ncleaned\n$");
}

// What was read may be a mixture of both.
TEST(MappedFile, OneThatChangedIsFound) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("a", "first"), other = folder.write("b", "other");
  start_noting_files();
  const auto file = MappedFile::open(path);
  const auto found = [] {
    try {
      expect_files_unchanged();
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::run_time);
      return std::string(e.what());
    }
    return std::string("unchanged");
  };
  EXPECT_EQ(found(), "unchanged");
  fs::last_write_time(path, fs::last_write_time(path) + std::chrono::nanoseconds(1000));
  EXPECT_THAT(found(), testing::HasSubstr("/a: changed while it was read"));
  start_noting_files();
  const auto again = MappedFile::open(path);
  EXPECT_EQ(found(), "unchanged");
  fs::rename(other, path);
  EXPECT_THAT(found(), testing::HasSubstr("/a: changed while it was read"));
  start_noting_files();
  stop_noting_files();
}

}  // namespace
}  // namespace fxe::test
