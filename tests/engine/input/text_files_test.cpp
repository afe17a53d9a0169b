// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/input/classes.h"
#include "engine/input/imagenet_classes.h"
#include "engine/input/text_file.h"
#include "tests/engine/input/expect_error.h"
#include "tests/engine/input/shared_data.h"
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

TEST(TextFile, ByteOrderMark) {
  const TemporaryFolder folder;
  const auto path = folder.write("f",
                                 "\xef\xbb\xbf"
                                 "a\r\nb\r\n");
  EXPECT_EQ(read_lines(path), (Lines{"a", "b"}));
  EXPECT_EQ(read_classes(path), (Lines{"a", "b"}));
  EXPECT_EQ(parse_lines("\xef\xbb\xbf", "f"), Lines{});
  EXPECT_EQ(parse_lines("a\n\xef\xbb\xbf"
                        "b\n",
                        "f"),
            (Lines{"a",
                   "\xef\xbb\xbf"
                   "b"}));  // no mark there
  using namespace std::string_view_literals;
  for (const auto text : {"\xff\xfe"
                          "a\0\n\0"sv,
                          "\xfe\xff\0a\0\n"sv, "\0\0\xfe\xff\0\0\0a"sv})
    EXPECT_EQ(error_of([&] { parse_lines(text, "f"); }),
              "f: expected UTF-8, found the byte order mark of UTF-16 or UTF-32; save it as UTF-8");
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

TEST(Classes, JsonAndPythonDicts) {
  const Lines expected{"tench, Tinca tinca", "jack-o'-lantern", "c"};
  for (const char* text : {R"(["tench, Tinca tinca", "jack-o'-lantern", "c"])",
                           R"({"2": "c", "0": "tench, Tinca tinca", "1": "jack-o'-lantern"})",
                           R"({"c": 2, "tench, Tinca tinca": 0, "jack-o'-lantern": 1})",
                           "{0: 'tench, Tinca tinca',\n 1: \"jack-o'-lantern\",\n 2: 'c',}\n",
                           "\xef\xbb\xbf{2: 'c', 1: 'jack-o\\'-lantern', 0: 'tench, Tinca tinca'}\r\n"})
    EXPECT_EQ(parse_classes(text, "f"), expected) << text;
  EXPECT_EQ(parse_classes(R"({"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]})", "f"),
            (Lines{"n01440764 tench", "n01443537 goldfish"}));
  EXPECT_EQ(parse_classes("{x}\n[y\n", "f"), (Lines{"{x}", "[y"}));  // names
  const auto error = [](std::string_view text) { return error_of([&] { parse_classes(text, "f"); }); };
  EXPECT_EQ(error(R"({"0": "a", "2": "b"})"), "f: no name for class 1, but for class 2");
  EXPECT_EQ(error("{0: 'a', 0: 'b'}"), "f: class 0 appears twice");
  EXPECT_EQ(error(R"(["a", ""])"), "f: class 1 has an empty name");
  EXPECT_EQ(error("{}"), "f: no classes");
  EXPECT_EQ(error("{9999999: 'a'}"), "f: class 9999999; expected at most 1048575");
  EXPECT_EQ(error("{0: a}"), "f: byte 5: expected a quoted name in a dict {0: 'name', ...}, found 'a}'");
  EXPECT_EQ(error(R"({0: 'a\x41'})"),
            R"(f: byte 8: expected \', \" or \\ in a dict {0: 'name', ...}, found 'x41'}')");
  EXPECT_EQ(error(R"({"a": {"b": 1}})"),
            "f: expected class names as a list, {\"0\": name, ...} or {name: 0, ...}, found 'a'");
}

// The list against a published one, and what it must contain whatever the file is.
TEST(Classes, Imagenet) {
  const auto& classes = imagenet_classes();
  ASSERT_EQ(classes.size(), 1000u);
  for (size_t i = 0; i < classes.size(); ++i) {
    EXPECT_TRUE(is_synset(folder_name(classes[i]))) << classes[i];
    EXPECT_TRUE(is_imagenet_synset(folder_name(classes[i]))) << classes[i];
    EXPECT_LT(i ? folder_name(classes[i - 1]) : "", folder_name(classes[i]));
  }
  EXPECT_FALSE(is_imagenet_synset("n01440765"));
  EXPECT_FALSE(is_imagenet_synset("n0144076"));
  EXPECT_EQ(classes[281], "n02123045 tabby");
  EXPECT_EQ(classes[999], "n15075141 toilet tissue");
  EXPECT_EQ(read_classes("no such folder/imagenet"), classes);
  EXPECT_EQ(read_classes("imagenet-background")[1000], classes[999]);
  const auto published = shared_data("imagenet/synset_words.txt");
  if (published.empty()) GTEST_SKIP() << "no imagenet in $FXE_DATA or ../shared/data";
  const auto lines = read_classes(published);
  ASSERT_EQ(lines.size(), 1000u);
  for (size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i].substr(0, lines[i].find(',')), classes[i]);
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
