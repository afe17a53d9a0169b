// SPDX-License-Identifier: Apache-2.0
#include "engine/input/dataset.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "engine/input/classes.h"
#include "tests/engine/input/expect_error.h"
#include "tests/engine/input/shared_data.h"
#include "tests/engine/input/temporary_folder.h"
#include "tests/support/allocations.h"

namespace fxe::test {
namespace {

using Samples = std::vector<std::pair<std::string, int>>;

const std::vector<std::string> kSynsets = {"n01440764 tench, Tinca tinca", "n01443537 goldfish",
                                           "n01484850 great white shark", "n01491361 tiger shark"};
const std::vector<std::string> kNames = {"airplane", "automobile", "bird", "crane", "crane"};

// A folder of empty images, and what is found in it.
class Folder : public TemporaryFolder {
 public:
  explicit Folder(std::initializer_list<const char*> files) {
    for (const char* file : files) write(file);
  }
  Dataset open(const std::vector<std::string>& classes = {}, const std::string& labels = "") const {
    return open_dataset(path(), classes, labels.empty() ? "" : path() / labels);
  }
  Samples samples(const std::vector<std::string>& classes = {}, const std::string& labels = "") const {
    Samples samples;
    const Dataset found = open(classes, labels);
    for (size_t i = 0; i < found.images(); ++i) samples.emplace_back(found.paths[i], found.labels[i]);
    return samples;
  }
  // Without the folder's own path in front.
  std::string error(const std::vector<std::string>& classes = {}, const std::string& labels = "") const {
    const auto text = error_of([&] { open(classes, labels); });
    return text.starts_with(path().string()) ? text.substr(path().string().size()) : "NO PATH: " + text;
  }
};

TEST(Dataset, SynsetFolders) {
  const Folder folder({"n01484850/b.JPEG", "n01484850/a.jpg", "n01440764/z.png", "n01440764/notes.txt",
                       "n01440764/.hidden.jpg", "n01440764/deeper/x.jpg", ".cache/x.jpg", "readme.md"});
  EXPECT_EQ(folder.samples(kSynsets),
            (Samples{{"n01440764/z.png", 0}, {"n01484850/a.jpg", 2}, {"n01484850/b.JPEG", 2}}));
  EXPECT_EQ(folder.open(kSynsets).classes, 4u);
  EXPECT_EQ(folder.open(kSynsets).layout, "2 class folders, class = position in the ensemble's classes");
  // Without classes, the position among the folders that are there.
  EXPECT_EQ(folder.samples(),
            (Samples{{"n01440764/z.png", 0}, {"n01484850/a.jpg", 1}, {"n01484850/b.JPEG", 1}}));
  EXPECT_EQ(folder.open().classes, 2u);
  EXPECT_EQ(folder.open().layout, "2 class folders, class = position in sorted order");
}

TEST(Dataset, FoldersNamedByWholeLines) {
  const Folder folder({"bird/1.bmp", "airplane/1.bmp"});
  EXPECT_EQ(folder.samples(kNames), (Samples{{"airplane/1.bmp", 0}, {"bird/1.bmp", 2}}));
  EXPECT_EQ(Folder({"n01443537 goldfish/1.gif"}).samples(kSynsets),
            (Samples{{"n01443537 goldfish/1.gif", 1}}));
}

TEST(Dataset, UnknownAndAmbiguousFolders) {
  EXPECT_EQ(Folder({"airplane/1.jpg", "brid/1.jpg"}).error(kNames),
            ": folder 'brid' is none of the 5 classes (nearest: bird, crane, crane)");
  EXPECT_EQ(Folder({"crane/1.jpg"}).error(kNames),
            ": folder 'crane' is the name of 2 classes; name the labels with --labels");
}

TEST(Dataset, NumericFolders) {
  const Folder folder({"0/a.ppm", "2/a.ppm", "10/a.ppm", "9/a.ppm"});
  const Samples expected{{"0/a.ppm", 0}, {"2/a.ppm", 2}, {"9/a.ppm", 9}, {"10/a.ppm", 10}};
  EXPECT_EQ(folder.samples(), expected);
  EXPECT_EQ(folder.samples(std::vector<std::string>(11, "x")), expected);
  EXPECT_EQ(folder.open().classes, 11u);
  EXPECT_EQ(folder.open().layout, "4 numeric class folders, in numeric order");
  EXPECT_EQ(folder.error(kNames), ": folder 10 is past the 5 classes of the ensemble");
  EXPECT_EQ(Folder({"1/a.ppm", "two/a.ppm"}).error(), ": 1 numeric folders among 2; expected all or none");
  EXPECT_EQ(Folder({"7/a.ppm", "07/a.ppm"}).error(), ": folders '07' and '7' are the same class");
  EXPECT_EQ(Folder({"-1/a.ppm", "99999999999/a.ppm"}).samples(),  // not numbers of classes
            (Samples{{"-1/a.ppm", 0}, {"99999999999/a.ppm", 1}}));
}

TEST(Dataset, FlatFolder) {
  const Folder folder({"b.jpg", "a b.png", "c.TGA", "notes.txt", "A.pgm"});
  EXPECT_EQ(folder.samples(kNames), (Samples{{"A.pgm", -1}, {"a b.png", -1}, {"b.jpg", -1}, {"c.TGA", -1}}));
  EXPECT_EQ(folder.open().layout, "flat folder without labels");
}

TEST(Dataset, ValTxt) {
  const Folder folder({"b.jpg", "a b.jpg"});
  folder.write("val.txt", "b.jpg 3\r\na b.jpg \t 0\nnot_there.jpg 1\n\n");
  const Samples expected{{"b.jpg", 3}, {"a b.jpg", 0}, {"not_there.jpg", 1}};
  EXPECT_EQ(folder.samples(), expected);
  EXPECT_EQ(folder.samples(kSynsets), expected);
  EXPECT_EQ(folder.open().layout, "labels from val.txt");
  const Folder deeper({"val/x.jpg"});
  deeper.write("val.txt", "val/x.jpg 2\n./val/../val/x.jpg 1\n");
  EXPECT_EQ(deeper.samples(), (Samples{{"val/x.jpg", 2}, {"./val/../val/x.jpg", 1}}));
}

TEST(Dataset, LabelFileSettlesAnAmbiguousFolder) {
  const Folder folder({"a.jpg", "sub/b.jpg"});
  EXPECT_EQ(
      folder.error(kNames),
      ": 1 images beside 1 folders could be a flat folder or classes; move one away, or name the labels "
      "with --labels");
  folder.write("val.txt", "a.jpg 0\n");
  EXPECT_EQ(folder.error(kNames), ": val.txt, 1 images and 1 folders; name the labels with --labels");
  folder.write("labels", "sub/b.jpg 1\n");
  EXPECT_EQ(folder.samples(kNames, "labels"), (Samples{{"sub/b.jpg", 1}}));
}

TEST(Dataset, LabelFileErrorsNameTheLine) {
  const Folder folder({"a.jpg"});
  const auto error = [&](std::string_view text) {
    folder.write("val.txt", text);
    return folder.error(kSynsets);
  };
  for (const std::string line : {"a.jpg", "a.jpg x", "a.jpg -1", "a.jpg 1.5", "a.jpg 99999999999", " 3", "3"})
    EXPECT_EQ(error("a.jpg 0\n" + line + "\n"), "/val.txt:2: expected 'file index', found '" + line + "'");
  EXPECT_EQ(error("a.jpg 0\n\na.jpg 1\n"), "/val.txt:2: expected 'file index', found ''");
  EXPECT_EQ(error("a.jpg 4\n"), "/val.txt:1: class 4 of 4; indices are 0-based");
  EXPECT_EQ(error(""), "/val.txt: no lines 'file index' found");
  for (const std::string path : {"../secret.jpg", "/etc/passwd", "x/../../secret.jpg", "..", "./../x"})
    EXPECT_EQ(error(path + " 0\n"), "/val.txt:1: '" + path + "' leads out of the folder");
  EXPECT_LT(error(std::string(100'000, 'x') + "\n").size(), 200u);
  EXPECT_EQ(folder.error({}, "missing.txt"), "/missing.txt: no such file");
}

TEST(Dataset, DevkitIsRefused) {
  const Folder folder({"ILSVRC2012_val_00000001.JPEG", "ILSVRC2012_validation_ground_truth.txt"});
  EXPECT_TRUE(
      folder.error(kSynsets).starts_with(": the devkit's ground truth numbers classes from 1 in an order"))
      << folder.error(kSynsets);
  folder.write("val.txt", "ILSVRC2012_val_00000001.JPEG 3\n");
  EXPECT_EQ(folder.samples(kSynsets), (Samples{{"ILSVRC2012_val_00000001.JPEG", 3}}));
}

TEST(Dataset, NothingThere) {
  EXPECT_EQ(Folder({}).error(), ": no images found (jpg, png, bmp, gif, ppm, tga)");
  EXPECT_EQ(Folder({"notes.txt"}).error(), ": no images found (jpg, png, bmp, gif, ppm, tga)");
  EXPECT_EQ(Folder({"airplane/notes.txt"}).error(kNames), ": no images found (jpg, png, bmp, gif, ppm, tga)");
  const Folder folder({"a.jpg"});
  const auto file = folder.path() / "a.jpg", missing = folder.path() / "missing";
  EXPECT_EQ(error_of([&] { open_dataset(file, {}); }), file.string() + ": expected a folder of images");
  EXPECT_EQ(error_of([&] { open_dataset(missing, {}); }), missing.string() + ": expected a folder of images");
}

TEST(Dataset, ImageNames) {
  for (const char* name : {"a.jpg", "a.JPEG", "a.Png", "a.bmp", "a.gif", "a.ppm", "a.pgm", "a.tga", "a.b.jpg",
                           "a.tif", "a.TIFF", "a.webp"})
    EXPECT_TRUE(is_image_name(name)) << name;
  for (const char* name : {"", "jpg", "a.", "a.txt", "a.jpg.txt", "a.jpg ", "a.pdf"})
    EXPECT_FALSE(is_image_name(name)) << name;
}

// What is kept of an image: what its name does not share with the one before, and its label, 16 bytes.
// Vectors and strings may have room for as much again.
TEST(Dataset, AnImageTakesLessThanItsName) {
  if (!can_count_allocations()) GTEST_SKIP() << "the sanitizer has a malloc of its own";
  constexpr size_t kImages = size_t{1} << 16;
  TemporaryFolder folder;
  std::string lines;
  for (size_t i = 0; i < kImages; ++i) lines += fmt::format("ILSVRC2012_val_{:08}.JPEG {}\n", i, i % 1000);
  folder.write("val.txt", lines);
  const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  const Dataset dataset = open_dataset(folder.path(), {});
  const size_t kept = mallinfo2().uordblks + mallinfo2().hblkhd - before;
  ASSERT_EQ(dataset.images(), kImages);
  EXPECT_LE(kept, kImages * 2 * 16);
}

TEST(Dataset, RealSynsetFoldersAndValTxt) {
  const auto photos = shared_data("imagenet/photos"), val = shared_data("imagenet/val800");
  if (photos.empty() || val.empty()) GTEST_SKIP() << "no imagenet in $FXE_DATA or ../shared/data";
  const auto classes = read_classes(shared_data("imagenet/synset_words.txt"));
  ASSERT_EQ(classes.size(), 1000u);
  const auto by_folder = open_dataset(photos, classes);
  EXPECT_EQ(by_folder.images(), 143u);
  for (size_t i = 0; i < by_folder.images(); ++i)
    EXPECT_EQ(by_folder.paths[i].substr(0, 9),
              classes.at(static_cast<size_t>(by_folder.labels[i])).substr(0, 9));
  EXPECT_EQ(open_dataset(val, classes).images(), 800u);
}

}  // namespace
}  // namespace fxe::test
