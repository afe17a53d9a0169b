// SPDX-License-Identifier: Apache-2.0
#include "engine/input/dataset.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "engine/input/classes.h"
#include "engine/input/folder_listing.h"
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
    return open_dataset(path(), {.classes = classes, .labels_file = labels.empty() ? "" : path() / labels});
  }
  Samples samples(const std::vector<std::string>& classes = {}, const std::string& labels = "") const {
    Samples samples;
    const Dataset found = open(classes, labels);
    for (size_t i = 0; i < found.images(); ++i) samples.emplace_back(found.paths[i], found.labels[i]);
    return samples;
  }
  // The error, without the folder's own path.
  std::string error(const std::vector<std::string>& classes = {}, const std::string& labels = "") const {
    const auto text = error_of([&] { open(classes, labels); });
    return text.starts_with(path().string()) ? text.substr(path().string().size()) : "NO PATH: " + text;
  }
};

TEST(Dataset, SynsetFolders) {
  const Folder folder({"n01484850/b.JPEG", "n01484850/a.jpg", "n01440764/z.png", "n01440764/notes.txt",
                       "n01440764/.hidden.jpg", "n01440764/deeper/x.jpg", ".cache/x.jpg", "readme.md"});
  EXPECT_EQ(folder.samples(kSynsets), (Samples{{"n01440764/z.png", 0},
                                               {"n01440764/deeper/x.jpg", 0},
                                               {"n01484850/a.jpg", 2},
                                               {"n01484850/b.JPEG", 2}}));
  EXPECT_EQ(folder.open(kSynsets).classes, 4u);
  EXPECT_EQ(folder.open(kSynsets).layout, "2 class folders, class = position in the ensemble's classes");
  // Without classes, a label is the position among the existing folders.
  EXPECT_EQ(folder.samples(), (Samples{{"n01440764/z.png", 0},
                                       {"n01440764/deeper/x.jpg", 0},
                                       {"n01484850/a.jpg", 1},
                                       {"n01484850/b.JPEG", 1}}));
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
            ": folder 'brid' is none of the 5 classes (nearest: bird)");
  EXPECT_EQ(Folder({"airplane/1.jpg", "zebra/1.jpg"}).error(kNames),
            ": folder 'zebra' is none of the 5 classes");
  EXPECT_EQ(Folder({"airplane/1.jpg", "airplanes/1.jpg"}).error(kNames),
            ": folder 'airplanes' is none of the 5 classes (nearest: airplane)");
  EXPECT_EQ(Folder({"n01440765/1.jpg"}).error(kSynsets), ": folder 'n01440765' is none of the 4 classes");
  EXPECT_EQ(Folder({"crane/1.jpg"}).error(kNames),
            ": folder 'crane' is the name of 2 classes; name the labels with --labels");
}

TEST(Dataset, FoldersNamedByTheFirstName) {
  EXPECT_EQ(Folder({"great white shark/1.jpg", "tench/1.jpg"}).samples(kSynsets),
            (Samples{{"great white shark/1.jpg", 2}, {"tench/1.jpg", 0}}));
  EXPECT_EQ(Folder({"great_white_shark/1.jpg"}).samples(kSynsets), (Samples{{"great_white_shark/1.jpg", 2}}));
  EXPECT_EQ(Folder({"n01440764/1.jpg", "tench/1.jpg"}).error(kSynsets),
            ": 'n01440764' and 'tench' are names of the same class, 'n01440764 tench, Tinca tinca'");
  EXPECT_EQ(Folder({"Tinca tinca/1.jpg"}).error(kSynsets), ": folder 'Tinca tinca' is none of the 4 classes");
}

// Class names are unknown: one folder more or less would shift every class after it.
TEST(Dataset, AsManyFoldersAsClasses) {
  const Folder folder({"n00/a.png", "n01/a.png", "n03/a.png"});
  const auto error = [](const Folder& f, size_t classes) {
    const auto text = error_of([&] { open_dataset(f.path(), {.class_count = classes}); });
    return text.starts_with(f.path().string()) ? text.substr(f.path().string().size()) : text;
  };
  EXPECT_EQ(error(folder, 3), "NO ERROR");
  const std::string rest =
      "nothing says which is which; name all {} classes in order with --classes FILE, or each folder's with "
      "--class-map FILE";
  EXPECT_EQ(error(folder, 4),
            ": 3 folders for a network of 4 classes: " + fmt::format(fmt::runtime(rest), 4) +
                "; one folder is missing, or class 0 is a background");
  EXPECT_EQ(error(folder, 2),
            ": 3 folders for a network of 2 classes: " + fmt::format(fmt::runtime(rest), 2));
  EXPECT_EQ(error(Folder({"images/a.png"}), 10),
            ": 1 folder for a network of 10 classes: " + fmt::format(fmt::runtime(rest), 10));
  EXPECT_EQ(error(Folder({"1/a.png", "2/a.png"}), 2),
            ": folder 2 is past the 2 classes of the ensemble; the folders count from 1, classes from 0: say "
            "which is which with --class-map FILE");
}

TEST(Dataset, SynsetFoldersNeedNoClasses) {
  const Folder folder({"n01440764/a.png", "n02116738/a.png", "n15075141/a.png"});
  const Dataset dataset = open_dataset(folder.path(), {.class_count = 1000});
  EXPECT_EQ(dataset.labels, (std::vector<int>{0, 275, 999}));  // tench, African hunting dog, toilet tissue
  EXPECT_EQ(dataset.layout, "3 class folders, class = position in ImageNet's 1000 synsets");
  EXPECT_TRUE(dataset.imagenet);
  EXPECT_EQ(folder.error(kNames), ": folder 'n01440764' is none of the 5 classes");  // --classes wins
}

TEST(Dataset, NotImagenet) {
  const auto error = [](const Folder& f, size_t classes) {
    return error_of([&] { open_dataset(f.path(), {.class_count = classes}); });
  };
  EXPECT_TRUE(error(Folder({"n01440764/a.png", "n00000001/a.png"}), 1000)
                  .ends_with("; 'n00000001' is none of ImageNet's 1000"));
  EXPECT_TRUE(error(Folder({"n01440764/a.png"}), 1001)
                  .ends_with("; ImageNet's behind a background class are --classes imagenet-background"));
  EXPECT_TRUE(error(Folder({"tench/a.png", "African_hunting_dog/a.png"}), 1000)
                  .ends_with("; ImageNet's are --classes imagenet"));
  EXPECT_TRUE(error(Folder({"tench/a.png", "own/a.png"}), 1000).ends_with("with --class-map FILE"));
  // As many synsets as classes: a network with classes of its own.
  const Folder two({"n01440764/a.png", "n02116738/a.png"});
  EXPECT_EQ(open_dataset(two.path(), {.class_count = 2}).labels, (std::vector<int>{0, 1}));
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

TEST(Dataset, ClassesThatAreNumbersAreNames) {
  const Folder folder({"1/a.ppm", "3/a.ppm"});
  EXPECT_EQ(folder.samples({"1", "2", "3"}), (Samples{{"1/a.ppm", 0}, {"3/a.ppm", 2}}));
}

TEST(Dataset, Splits) {
  const Folder folder({"train/cat/a.jpg", "val/cat/a.jpg", "test/cat/a.jpg"});
  EXPECT_EQ(folder.error(), ": holds the splits test, train, val of a data set, not classes; did you mean " +
                                (folder.path() / "val").string() + "?");
  EXPECT_EQ(Folder({"train/a.jpg"}).error(kNames).substr(0, 60),
            ": holds the split train of a data set, not classes; did you ");
  EXPECT_EQ(Folder({"train/a.jpg"}).samples({"bus", "train"}), (Samples{{"train/a.jpg", 1}}));
  folder.write("val.txt", "a.jpg 0\n");
  EXPECT_TRUE(folder.error().ends_with("/val --labels " + (folder.path() / "val.txt").string() + "?"));
}

TEST(Dataset, WhatIsLeftOutIsCounted) {
  const Folder folder({"cat/a.jpg", "cat/b", "cat/c", "cat/d.txt", "cat/e.xml", "cat/f.XML", "dog/deep/a.mp4",
                       "dog/.DS_Store", "cat/._a.jpg", "README.md", "dog/val.txt"});
  EXPECT_EQ(
      folder.open().left_out.text(),
      "2 with ending .txt (cat/d.txt), 2 with ending .xml (cat/e.xml), 2 without an ending (cat/b), 1 empty "
      "class folders (dog), 1 with ending .md (README.md), 1 with ending .mp4 (dog/deep/a.mp4)");
  Folder many({"a.jpg"});
  for (int i = 0; i < 40; ++i) many.write(fmt::format("a.x{}", i));
  EXPECT_EQ(many.open().left_out.groups().size(), 33u);
  EXPECT_EQ(many.open().left_out.groups()[0].count, 8u);
}

TEST(Dataset, LinksThatLeadBack) {
  const Folder folder({"cat/a.jpg", "elsewhere.d/b.jpg"});
  std::filesystem::create_directory_symlink(folder.path() / "cat", folder.path() / "dog");
  EXPECT_EQ(folder.samples({"cat", "dog", "elsewhere.d"}).size(), 3u);
  std::filesystem::create_directory_symlink("..", folder.path() / "cat/up");
  EXPECT_EQ(folder.error(), "/cat/up/: a link back to a folder above it; take it away");
}

TEST(Dataset, FlatFolder) {
  const Folder folder({"b.jpg", "a b.png", "c.TGA", "notes.txt", "A.pgm"});
  EXPECT_EQ(folder.samples(kNames), (Samples{{"A.pgm", -1}, {"a b.png", -1}, {"b.jpg", -1}, {"c.TGA", -1}}));
  EXPECT_EQ(folder.open().layout, "flat folder without labels");
  const Folder above({"val/a.jpg"});
  const auto file = above.write("val.txt", "a.jpg 0\n").string();
  EXPECT_EQ(open_dataset(above.path() / "val").layout,
            "flat folder without labels; " + file + " beside it is not read: name it with --labels");
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
  const auto val = folder.write("val.txt", "a.jpg 0\n").string();
  EXPECT_EQ(folder.error(kNames), ": val.txt beside 1 folder: labels could be those of the file, --labels " +
                                      val + ", or the folders' names, --labels folder");
  folder.write("labels", "sub/b.jpg 1\n");
  EXPECT_EQ(folder.samples(kNames, "labels"), (Samples{{"sub/b.jpg", 1}}));
}

TEST(Dataset, LabelFileBesideClassFolders) {
  const Folder folder({"airplane/a.jpg", "bird/a.jpg"});
  const auto val = folder.write("val.txt", "airplane/a.jpg 2\nbird/a.jpg 0\n").string();
  EXPECT_EQ(folder.error(kNames), ": val.txt beside 2 folders: labels could be those of the file, --labels " +
                                      val + ", or the folders' names, --labels folder");
  EXPECT_EQ(folder.samples(kNames, "val.txt"), (Samples{{"airplane/a.jpg", 2}, {"bird/a.jpg", 0}}));
  const auto by_name = open_dataset(folder.path(), {.classes = kNames, .labels_file = "folder"});
  EXPECT_EQ(by_name.labels, (std::vector<int>{0, 2}));
  folder.write("metadata.csv", "file_name,label\n");
  EXPECT_EQ(folder.error(), ": metadata.csv and val.txt both say labels; choose with --labels FILE");
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
  EXPECT_EQ(error("a.jpg 0\nb.jpg 4\n"), "/val.txt:2: class 4 of 4; indices are 0-based");
  EXPECT_EQ(error("a.jpg 5\n"), "/val.txt:1: class 5 of 4; indices are 0-based");
  EXPECT_EQ(
      error("a.jpg 1\nb.jpg 4\n"),
      "/val.txt:2: class 4 of 4; indices are 0-based, and this file seems to count from 1: take 1 from each");
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
  EXPECT_EQ(Folder({"notes.txt"}).error(),
            ": no images found (jpg, png, bmp, gif, ppm, tga); left out: 1 with ending .txt (notes.txt)");
  EXPECT_EQ(
      Folder({"airplane/notes.txt"}).error(kNames),
      ": no images found (jpg, png, bmp, gif, ppm, tga); left out: 1 empty class folders (airplane), 1 with "
      "ending .txt (airplane/notes.txt)");
  const Folder folder({"a.jpg"});
  const auto file = folder.path() / "a.jpg", missing = folder.path() / "missing";
  EXPECT_EQ(error_of([&] { open_dataset(file); }), file.string() + ": expected a folder of images");
  EXPECT_EQ(error_of([&] { open_dataset(missing); }), missing.string() + ": expected a folder of images");
}

TEST(Dataset, ImageNames) {
  for (const char* name :
       {"a.jpg", "a.JPEG", "a.Png", "a.bmp", "a.gif", "a.ppm", "a.pgm", "a.tga", "a.b.jpg", "a.tif", "a.TIFF",
        "a.webp", "a.JFIF", "a.jpe", "a.avif", "a.heic", "a.jxl", "a.jp2"})
    EXPECT_TRUE(is_image_name(name)) << name;
  for (const char* name : {"", "jpg", "a.", "a.txt", "a.jpg.txt", "a.jpg ", "a.pdf"})
    EXPECT_FALSE(is_image_name(name)) << name;
}

// An image keeps what its name does not share with the one before, and its label, 16 bytes. Vectors and
// strings may reserve as much again.
TEST(Dataset, AnImageTakesLessThanItsName) {
  if (!can_count_allocations()) GTEST_SKIP() << "the sanitizer has a malloc of its own";
  constexpr size_t kImages = size_t{1} << 16;
  TemporaryFolder folder;
  std::string lines;
  for (size_t i = 0; i < kImages; ++i) lines += fmt::format("ILSVRC2012_val_{:08}.JPEG {}\n", i, i % 1000);
  folder.write("val.txt", lines);
  folder.write("ILSVRC2012_val_00000000.JPEG");
  const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  const Dataset dataset = open_dataset(folder.path());
  const size_t kept = mallinfo2().uordblks + mallinfo2().hblkhd - before;
  ASSERT_EQ(dataset.images(), kImages);
  EXPECT_LE(kept, kImages * 2 * 16);
}

TEST(Dataset, RealSynsetFoldersAndValTxt) {
  const auto photos = shared_data("imagenet/photos"), val = shared_data("imagenet/val800");
  if (photos.empty() || val.empty()) GTEST_SKIP() << "no imagenet in $FXE_DATA or ../shared/data";
  const auto classes = read_classes(shared_data("imagenet/synset_words.txt"));
  ASSERT_EQ(classes.size(), 1000u);
  const auto by_folder = open_dataset(photos, {.classes = classes});
  EXPECT_EQ(by_folder.images(), 143u);
  for (size_t i = 0; i < by_folder.images(); ++i)
    EXPECT_EQ(by_folder.paths[i].substr(0, 9),
              classes.at(static_cast<size_t>(by_folder.labels[i])).substr(0, 9));
  EXPECT_EQ(open_dataset(val, {.classes = classes}).images(), 800u);
  const auto unasked = open_dataset(photos, {.class_count = 1000});
  EXPECT_TRUE(unasked.imagenet);
  EXPECT_EQ(unasked.labels, by_folder.labels);
}

}  // namespace
}  // namespace fxe::test
