// SPDX-License-Identifier: Apache-2.0
#include "engine/input/label_file.h"

#include <gtest/gtest.h>

#include "tests/engine/input/expect_error.h"
#include "tests/engine/input/temporary_folder.h"

namespace fxe::test {
namespace {

using Samples = std::vector<std::pair<std::string, int>>;

const Labelling kKnown{.classes = {"n01440764 tench, Tinca tinca", "n01443537 goldfish",
                                   "n01484850 great white shark", "n01491361 tiger shark"}};

Samples samples(const Dataset& dataset) {
  Samples samples;
  for (size_t i = 0; i < dataset.images(); ++i) samples.emplace_back(dataset.paths[i], dataset.labels[i]);
  return samples;
}

Samples parsed(std::string_view text, const Labelling& known = kKnown) {
  return samples(parse_labels(text, known, "f"));
}

std::string label_error(std::string_view text, const Labelling& known = kKnown) {
  return error_of([&] { parse_labels(text, known, "f"); });
}

TEST(LabelFile, FormsThatSayTheSame) {
  const Samples expected{{"a.jpg", 2}, {"sub/b c.png", 0}};
  for (const char* text :
       {"a.jpg 2\nsub/b c.png 0\n", "a.jpg\t2\nsub/b c.png\t0\n", "a.jpg n01484850\nsub/b c.png n01440764\n",
        "a.jpg great white shark\nsub/b c.png tench\n", "a.jpg\tgreat white shark\nsub/b c.png\ttench\n",
        "a.jpg\tn01484850\t0\t32\t44\t62\nsub/b c.png\tn01440764\t1\t2\t3\t4\n",  // val_annotations.txt
        "a.jpg,2\nsub/b c.png,0\n", "a.jpg, 2\nsub/b c.png, 0\n",
        "\"a.jpg\",n01484850\n\"sub/b c.png\",tench\n", "file_name,label\na.jpg,2\nsub/b c.png,0\n",
        "width,label,file_name\r\n3,great white shark,a.jpg\r\n4,\"n01440764 tench, Tinca tinca\",sub/b "
        "c.png\r\n",
        "ImageId,PredictionString\na.jpg,n01484850 1 2 3 4 n01484850 5 6 7 8 \nsub/b c.png,n01440764 1 2 3 4 "
        "\n",
        "path,label,predicted,p1,p2,margin,members,status\na.jpg,2,0,1,0,1,1,ok\nsub/b "
        "c.png,0,0,1,0,1,1,ok\n",
        "{\"file_name\": \"a.jpg\", \"label\": 2}\n{\"label\": 0, \"file_name\": \"sub/b c.png\", \"x\": "
        "[1]}\n",
        "{\"file_name\": \"a.jpg\", \"label\": \"n01484850\"}\n{\"file_name\": \"sub/b c.png\", \"label\": "
        "\"tench\"}\n",
        "\xef\xbb\xbf"
        "a.jpg 2\r\nsub/b c.png 0\r\n"})
    EXPECT_EQ(parsed(text), expected) << text;
}

TEST(LabelFile, NamesWithSpacesAndCommas) {
  EXPECT_EQ(parsed("tench, lake.jpg 3\n"), (Samples{{"tench, lake.jpg", 3}}));
  EXPECT_EQ(parsed("\"tench, \"\"lake\"\".jpg\",3\n"), (Samples{{"tench, \"lake\".jpg", 3}}));
  EXPECT_EQ(parsed("n/a 3\n"), (Samples{{"n/a", 3}}));
}

TEST(LabelFile, ImagesWithoutALabel) {
  EXPECT_EQ(parsed("file_name,label\na.jpg,\nb.jpg,1\n"), (Samples{{"a.jpg", -1}, {"b.jpg", 1}}));
  EXPECT_EQ(parsed("{\"file_name\": \"a\", \"label\": null}\n{\"file_name\": \"b\", \"label\": 1}\n"),
            (Samples{{"a", -1}, {"b", 1}}));
  EXPECT_EQ(label_error("file_name,label\na.jpg,\n"), "f: no image has a label");
}

// Names without the ensemble's: read like folders of these names.
TEST(LabelFile, NamesWithoutClasses) {
  EXPECT_EQ(parsed("a.jpg dog\nb.jpg cat\nc.jpg dog\n", {.class_count = 2}),
            (Samples{{"a.jpg", 1}, {"b.jpg", 0}, {"c.jpg", 1}}));
  EXPECT_EQ(
      label_error("a.jpg dog\nb.jpg cat\n", {.class_count = 3}),
      "f: 2 labels for a network of 3 classes: nothing says which is which; name all 3 classes in order "
      "with --classes FILE; one label is missing, or class 0 is a background");
  const auto dataset = parse_labels("a.jpg n02116738\nb.jpg n01440764\n", {.class_count = 1000}, "f");
  EXPECT_EQ(dataset.labels, (std::vector<int>{275, 0}));
  EXPECT_TRUE(dataset.imagenet);
}

TEST(LabelFile, Refused) {
  EXPECT_EQ(label_error("a.jpg\nb.jpg\n"),
            "f:1: expected 'file index', because labels alone do not say of which images, found 'a.jpg'");
  EXPECT_EQ(label_error("3\n1\n"),
            "f:1: expected 'file index', because labels alone do not say of which images, found '3'");
  EXPECT_EQ(label_error("a.jpg -1\n"), "f:1: expected 'file index', found 'a.jpg -1'");
  EXPECT_EQ(label_error("a.jpg tench\nb.jpg 1.5\n"), "f:2: expected 'file index', found 'b.jpg 1.5'");
  EXPECT_EQ(label_error("a.jpg zebra\n"), "f: label 'zebra' is none of the 4 classes");
  EXPECT_EQ(label_error("a.jpg\tx\ty\n"), "f:1: expected 'file index', found 'a.jpg\tx\ty'");
  EXPECT_EQ(label_error("id,file_name,width\n"),
            "f:1: expected a column label (or class, synset, ...) beside that of files, found "
            "'id,file_name,width'");
  EXPECT_EQ(label_error("a,b,c\n"),
            "f:1: expected a head line with file_name and label, or lines 'file,label', found 'a,b,c'");
  EXPECT_EQ(label_error("file_name,fine,label,class\n"),
            "f:1: columns 'label' and 'class' could both be it; leave one");
  EXPECT_EQ(label_error("file_name,label\nx.jpg\n"), "f:2: expected at least 2 columns, found 'x.jpg'");
  EXPECT_EQ(label_error("\"a.jpg,3\n"), "f:1: expected a closing quote, found '\"a.jpg,3'");
  EXPECT_EQ(label_error("ImageId,PredictionString\na,n01440764 1 2 3 4 n01443537 1 2 3 4\n"),
            "f:2: boxes of 'n01440764' and of 'n01443537'; expected one class");
  EXPECT_EQ(label_error("{\"file_name\": \"a\", \"label\": [1]}\n").substr(0, 50),
            "f:1: expected a class index or name as label, foun");
  EXPECT_EQ(label_error("file_name,label\n../a.jpg,1\n"), "f:2: '../a.jpg' leads out of the folder");
}

class LabelFileImages : public testing::Test {
 protected:
  Dataset open(std::string_view labels, const std::string& name = "labels.txt") {
    return read_label_file(folder.path() / "d", folder.write(name, labels), kKnown);
  }
  TemporaryFolder folder;
};

TEST_F(LabelFileImages, AreFoundWhereTheyLie) {
  folder.write("d/images/a.JPEG");
  folder.write("d/b.JPEG");
  auto found = open("val/b.JPEG 1\n");
  EXPECT_EQ(samples(found), (Samples{{"b.JPEG", 1}}));
  EXPECT_EQ(found.layout, "labels from labels.txt, without val/");
  found = open("b 1\n");
  EXPECT_EQ(samples(found), (Samples{{"b.JPEG", 1}}));
  EXPECT_EQ(found.layout, "labels from labels.txt, with .JPEG");
  found = open("x/y/a\tn01484850\t1\t2\t3\t4\n", "val_annotations.txt");
  EXPECT_EQ(samples(found), (Samples{{"images/a.JPEG", 2}}));
  EXPECT_EQ(found.layout,
            "labels from val_annotations.txt, class = position in the ensemble's classes, without x/y/, in "
            "images/, with .JPEG");
  // One image is where it should be: the others are missing, and reported when they are read.
  EXPECT_EQ(samples(open("a.JPEG 1\nb.JPEG 2\n")), (Samples{{"a.JPEG", 1}, {"b.JPEG", 2}}));
}

TEST_F(LabelFileImages, ThatAreNotThereOrTwice) {
  folder.write("d/train/a.jpg");
  folder.write("d/val/a.jpg");
  const auto d = (folder.path() / "d").string();
  EXPECT_EQ(error_of([&] { open("a.jpg 1\n"); }),
            d + ": 'a.jpg' could be train/a.jpg or val/a.jpg; name one of these folders");
  EXPECT_EQ(error_of([&] { open("b.jpg 1\nc.jpg 2\n"); }), (folder.path() / "labels.txt").string() +
                                                               ": none of its 2 images is in " + d +
                                                               "; the first would be " + d + "/b.jpg");
  EXPECT_TRUE(error_of([&] {
                open("1\n2\n", "ILSVRC2012_validation_ground_truth.txt");
              }).find("the devkit's ground truth numbers classes from 1") != std::string::npos);
}

// x.jpg of one split is another image than x.jpg of the other.
TEST_F(LabelFileImages, OfAnotherSplit) {
  folder.write("val/x.jpg");
  const auto root = folder.path() / "val";
  const auto read = [&](std::string_view text) {
    const auto file = folder.write("labels.txt", text);
    const auto message = error_of([&] { read_label_file(root, file, kKnown); });
    return message.starts_with(file.string()) ? message.substr(file.string().size()) : message;
  };
  EXPECT_EQ(read("val/x.jpg 1\n"), "NO ERROR");
  EXPECT_EQ(read("data/x.jpg 1\n"), "NO ERROR");
  EXPECT_EQ(read("train/x.jpg 1\n"), ": labels of train, but " + root.string() + "/ is val");
  const auto val = folder.write("test/val.txt", "x.jpg 1\n");
  folder.write("test/train/x.jpg");
  EXPECT_EQ(error_of([&] { read_label_file(folder.path() / "test", val, kKnown); }),
            val.string() + ": labels of val, but " + (folder.path() / "test/train/").string() + " is train");
  EXPECT_EQ(
      read("val/x.jpg 1\ntrain/x.jpg 2\n"),
      ": 'train/x.jpg' does not lie in val/ as others do; give paths that lead there from " + root.string());
}

TEST_F(LabelFileImages, BesideThemAreCounted) {
  for (const char* file : {"d/val/a.jpg", "d/val/b.jpg", "d/val/notes", "d/train/c.jpg", "d/val/.d.jpg"})
    folder.write(file);
  EXPECT_EQ(open("val/a.jpg 1\n").left_out.text(),
            "1 not named in labels.txt (val/b.jpg), 1 without an ending (val/notes)");
  folder.write("d/val/all.txt", "val/a.jpg 1\n");
  EXPECT_EQ(read_label_file(folder.path() / "d", folder.path() / "d/./val/all.txt", kKnown).left_out.text(),
            "1 not named in all.txt (val/b.jpg), 1 without an ending (val/notes)");
}

}  // namespace
}  // namespace fxe::test
