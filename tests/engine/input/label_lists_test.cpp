// SPDX-License-Identifier: Apache-2.0
#include "engine/input/label_lists.h"

#include <gtest/gtest.h>

#include "engine/input/dataset.h"
#include "tests/engine/input/expect_error.h"
#include "tests/engine/input/temporary_folder.h"

namespace fxe::test {
namespace {

using Lists = std::vector<std::vector<int>>;

class LabelLists : public testing::Test {
 protected:
  // The error of a reader for a file with this text, without the file's path.
  template <class Read>
  std::string error(Read read, const std::string& text) const {
    const auto path = folder.write("f", text);
    const auto message = error_of([&] { read(path); });
    return message.starts_with(path.string()) ? message.substr(path.string().size()) : "NO PATH: " + message;
  }

  TemporaryFolder folder;
  const std::vector<std::string> classes = {"n01440764 tench", "n01443537 goldfish", "crane", "crane"};
};

TEST_F(LabelLists, Real) {
  EXPECT_EQ(read_real_labels(folder.write("f", "[[65], [970, 795], [], [0]]\n")),
            (Lists{{65}, {970, 795}, {}, {0}}));
  const auto wrong = [&](const std::string& text) { return error(read_real_labels, text); };
  const std::string expected =
      ": expected a list of class indices for each image, [[65], [970, 795], ...], found ";
  EXPECT_EQ(wrong("[[1], 2]"), ": entry 1" + expected + "a number");
  EXPECT_EQ(wrong("[[1], [2], [-3]]"), ": entry 3" + expected + "-3");
  EXPECT_EQ(wrong("[[1.5]]"), ": entry 1" + expected + "1.5");
  EXPECT_EQ(wrong("[[99999999]]"), ": entry 1" + expected + "99999999");
  EXPECT_EQ(wrong("[[[1]]]"), ": entry 1" + expected + "a list within a list");
  EXPECT_EQ(wrong("{\"a\": 1}"), ": entry 0" + expected + "an object");
  EXPECT_EQ(wrong("[[1], null]"), ": entry 1" + expected + "null");
  EXPECT_EQ(wrong("[[1], \"2\"]"), ": entry 1" + expected + "text");
  EXPECT_EQ(wrong("[[1], [2"), ": entry 2" + expected + "no JSON at byte 9");
  EXPECT_EQ(wrong(""), ": entry 0" + expected + "no JSON at byte 1");
  EXPECT_EQ(wrong("[]"), ": no labels; expected [[65], [970, 795], ...]");
  EXPECT_EQ(wrong(std::string(1'000'000, '[')), ": entry 1" + expected + "a list within a list");
}

TEST_F(LabelLists, RealOfNoMoreImagesThanMemoryHolds) {
  std::string lists = "[[]";
  for (int i = 0; i < 1 << 20; ++i) lists += ",[]";
  EXPECT_TRUE(error(read_real_labels, lists + "]").ends_with("found more than 1048576"));
}

TEST_F(LabelLists, RealGoesByTheImagesNumber) {
  Dataset dataset{.paths = {"n1/ILSVRC2012_val_00000002.JPEG", "ILSVRC2012_val_00000001.png",
                            "x/ILSVRC2012_val_00000003.JPEG"},
                  .labels = {7, -1, 5},
                  .layout = "folders"};
  apply_real_labels(dataset, {{65, 3}, {970}, {}}, "a/real.json");
  EXPECT_EQ(dataset.labels[0], 970);
  EXPECT_TRUE(dataset.more_labels_of(0).empty());
  EXPECT_EQ(dataset.labels[1], 65);
  EXPECT_EQ(dataset.more_labels[1], std::vector<int>{3});
  EXPECT_EQ(dataset.labels[2], -1);
  EXPECT_EQ(dataset.layout, "folders; labels from real.json: 2 of 3 images have one");
  for (const std::string name : {"ILSVRC2012_val_00000004.JPEG", "ILSVRC2012_val_00000000.JPEG", "cat.jpg",
                                 "ILSVRC2012_val_1.JPEG", "ILSVRC2012_val_0000000x.JPEG"}) {
    Dataset other{.paths = {name}, .labels = {1}};
    EXPECT_EQ(error_of([&] {
                apply_real_labels(other, {{1}, {2}, {3}}, "real.json");
              }),
              name +
                  ": real.json holds labels of ILSVRC2012_val_00000001 to 00000003; expected images of these "
                  "names");
  }
}

TEST_F(LabelLists, ClassMap) {
  using Map = std::map<std::string, int>;
  EXPECT_EQ(read_class_map(folder.write("f", "n2\nn1\n")), (Map{{"n2", 0}, {"n1", 1}}));
  EXPECT_EQ(read_class_map(folder.write("f", "a b 7\nc\t3\nd\n")), (Map{{"a b", 7}, {"c", 3}, {"d", 2}}));
  const auto wrong = [&](const std::string& text) { return error(read_class_map, text); };
  EXPECT_EQ(wrong("a\na x\n"), ":2: expected 'folder' or 'folder index', found 'a x'");
  EXPECT_EQ(wrong("a\n\nb\n"), ":2: expected 'folder' or 'folder index', found an empty line");
  EXPECT_EQ(wrong(" 3\n"), ":1: expected 'folder' or 'folder index', found an empty line");
  EXPECT_EQ(wrong("a\na 3\n"), ":2: 'a' appears twice");
  EXPECT_EQ(wrong(""), ": no lines 'folder' or 'folder index'");
}

TEST_F(LabelLists, FoldersByClassMap) {
  for (const char* file : {"d/cats/1.jpg", "d/dogs/1.jpg", "d/dogs/2.jpg", "d/other/1.jpg"})
    folder.write(file);
  const auto map = folder.write("map", "dogs 2\ncats 0\nhorses 1\n");
  const auto dataset = open_dataset(folder.path() / "d", {.classes = classes, .class_map_file = map});
  ASSERT_EQ(dataset.images(), 3u);
  EXPECT_EQ(dataset.labels[0], 0);
  EXPECT_EQ(dataset.paths[2], "dogs/2.jpg");
  EXPECT_EQ(dataset.labels[2], 2);
  EXPECT_EQ(dataset.layout,
            "2 class folders, classes from map; 1 folders that it does not name are left out");
  const auto open = [&](const std::string& text) {
    return error(
        [&](const auto& path) {
          open_dataset(folder.path() / "d", {.classes = classes, .class_map_file = path});
        },
        text);
  };
  EXPECT_EQ(open("dogs 4\n"), ": 'dogs' is class 4 of 4; indices are 0-based");
  EXPECT_EQ(open("horses\n"), ": names none of the 3 folders of " + (folder.path() / "d").string());
  EXPECT_EQ(error(
                [&](const auto& path) {
                  open_dataset(folder.path() / "d", {.labels_file = map, .class_map_file = path});
                },
                "dogs\n"),
            ": a file of labels and a class map; expected one of them");
}

TEST_F(LabelLists, ValidLabels) {
  const auto read = [&](const std::string& text) {
    return read_valid_labels(folder.write("f", text), classes, 4);
  };
  EXPECT_EQ(read("3\n0\n"), (std::vector<int>{3, 0}));
  EXPECT_EQ(read("n01443537\nn01440764 tench\n"), (std::vector<int>{1, 0}));
  EXPECT_EQ(read("n01443537 another name for it\n3\n"), (std::vector<int>{1, 3}));
  const auto wrong = [&](const std::string& text) {
    return error([&](const auto& path) { read_valid_labels(path, classes, 4); }, text);
  };
  EXPECT_EQ(wrong("0\n4\n"), ":2: class 4 of 4; indices are 0-based");
  EXPECT_EQ(wrong("0\nn01440764\n"), ":2: class 0 appears twice");
  EXPECT_EQ(wrong("crane\n"), ":1: 'crane' is the name of 2 classes; give its index");
  EXPECT_EQ(wrong("n0144076\n"), ":1: expected a class index or one of the 4 classes, found 'n0144076'");
  EXPECT_EQ(wrong(""), ": no classes; expected one a line");
  EXPECT_EQ(error([](const auto& path) { read_valid_labels(path, {}, 4); }, "x\n"),
            ":1: expected a class index or one of the 0 classes, found 'x' (the ensemble names no classes)");
}

}  // namespace
}  // namespace fxe::test
