// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/input/classes.h"
#include "engine/input/text_file.h"
#include "tests/engine/input/expect_error.h"
#include "tests/engine/input/temporary_folder.h"

namespace fxe::test {
namespace {

using Lines = std::vector<std::string>;

TEST(TextFile, LinesWithoutTheirEnds) {
  const TemporaryFolder folder;
  const auto lines = [&](std::string_view text) { return read_lines(folder.write("f", text)); };
  EXPECT_EQ(lines(""), Lines{});
  EXPECT_EQ(lines("\n\r\n \t\n"), Lines{});
  EXPECT_EQ(lines("a"), Lines{"a"});
  EXPECT_EQ(lines("a\r\n b \t\r\nc\n"), (Lines{"a", " b", "c"}));
  EXPECT_EQ(lines("a\n\n\nb\n\n\n"), (Lines{"a", "", "", "b"}));
  EXPECT_EQ(lines("\xef\xbc\xa1\n"), Lines{"\xef\xbc\xa1"});
}

TEST(TextFile, Errors) {
  const TemporaryFolder folder;
  const auto error = [](const std::filesystem::path& path) { return error_of([&] { read_lines(path); }); };
  const auto missing = folder.path() / "missing";
  EXPECT_EQ(error(missing), missing.string() + ": no such file");
  EXPECT_EQ(error(folder.path()), folder.path().string() + ": not a file");
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(error(pipe), pipe.string() + ": not a file");  // and does not wait for a writer
  const auto binary = folder.write("binary", std::string_view("a\0b", 3));
  EXPECT_EQ(error(binary), binary.string() + ": expected a text file, found a NUL byte");
  const auto large = folder.write("large");
  std::filesystem::resize_file(large, (size_t{1} << 28) + 1);  // sparse
  EXPECT_EQ(error(large), large.string() + ": 268435457 bytes, expected at most 268435456");
  const auto many = folder.write("many", std::string((size_t{1} << 22) + 1, '\n') + "x");
  EXPECT_EQ(error(many), many.string() + ": more than the 4194304 lines that are allowed");
  std::vector<std::byte> bytes;
  EXPECT_EQ(error_of([&] { read_file(binary, 2, bytes); }),
            binary.string() + ": 3 bytes, expected at most 2");
}

TEST(Classes, OneALine) {
  const TemporaryFolder folder;
  const auto path = folder.write("classes.txt", "n01440764 tench, Tinca tinca\nn01443537 goldfish\n");
  EXPECT_EQ(read_classes(path), (Lines{"n01440764 tench, Tinca tinca", "n01443537 goldfish"}));
  const auto error = [&](std::string_view text) {
    folder.write("classes.txt", text);
    return error_of([&] { read_classes(path); });
  };
  EXPECT_EQ(error(""), path.string() + ": no classes; expected one a line");
  EXPECT_EQ(error("a\n\nb\n"), path.string() + ":2: an empty line; expected one class a line");
  std::string many;
  for (int i = 0; i <= 1 << 20; ++i) many += "c\n";
  EXPECT_EQ(error(many), path.string() + ": 1048577 lines, expected at most 1048576 classes");
}

TEST(Classes, FolderNames) {
  EXPECT_EQ(folder_name("n01440764 tench, Tinca tinca"), "n01440764");
  EXPECT_EQ(folder_name("n01440764\ttench"), "n01440764");
  EXPECT_EQ(folder_name("n01440764,tench"), "n01440764");
  EXPECT_EQ(folder_name("n01440764"), "n01440764");
  for (const std::string whole : {"", "n", "n0144076", "n014407640 tench", "n0144076x tench", "airplane",
                                  "great white shark", "N01440764 tench"})
    EXPECT_EQ(folder_name(whole), whole);
}

}  // namespace
}  // namespace fxe::test
