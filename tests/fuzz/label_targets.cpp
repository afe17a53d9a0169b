// SPDX-License-Identifier: Apache-2.0
// Files about what images show.
#include "engine/input/classes.h"
#include "engine/input/label_file.h"
#include "engine/input/label_lists.h"
#include "engine/input/text_file.h"
#include "tests/fuzz/target.h"

namespace fxe::fuzz {

namespace {

void run_labels(Bytes input) {
  const Dataset dataset =
      parse_labels(as_text(input), {.class_count = input.size() % 2 ? size_t{0} : size_t{1000}}, "val.txt");
  for (size_t i = 0; i < dataset.images(); ++i) {
    const auto path = std::filesystem::path(dataset.paths[i]).lexically_normal();
    if (path.is_absolute() || *path.begin() == "..") throw std::logic_error("a path out of the folder");
  }
}

std::vector<std::string> labels_seeds() {
  return {"a.jpg 0\nb/c d.png\t17\r\n\n",
          "x 1\n./y/../z 999\n",
          "only.png 3",
          "ImageId,PredictionString\nx,n01440764 1 2 3 4 n01440764 5 6 7 8\n\"y,z\",n01443537\n",
          "val_0.JPEG\tn01440764\t0\t32\t44\t62\n",
          "{\"file_name\": \"a.png\", \"label\": 3}\n"};
}

void run_classes(Bytes input) {
  for (const std::string& line : parse_classes(as_text(input), "classes.txt")) folder_name(line);
}

std::vector<std::string> classes_seeds() {
  return {"n01440764 tench, Tinca tinca\nn01443537\tgoldfish\n", "cat\r\ndog\r\n\r\n",
          "{0: 'tench, Tinca tinca',\n 1: \"jack-o'-lantern\"}", "{\"0\": [\"n01440764\", \"tench\"]}"};
}

void run_real_labels(Bytes input) {
  const auto lists = parse_real_labels(as_text(input), "real.json");
  Dataset dataset{.paths = {"ILSVRC2012_val_00000001.JPEG", "a/ILSVRC2012_val_00000002.png"},
                  .labels = {-1, -1}};
  apply_real_labels(dataset, lists, "real.json");
}

std::vector<std::string> real_labels_seeds() { return {"[[65], [970, 795], [], [0]]\n", "[[1000000],[]]"}; }

void run_class_map(Bytes input) { parse_class_map(parse_lines(as_text(input), "map.txt"), "map.txt"); }

std::vector<std::string> class_map_seeds() { return {"n02\nn01\n", "a b 7\nc\t3\nd\r\n"}; }

void run_valid_labels(Bytes input) {
  static const std::vector<std::string> kClasses{"n01440764 tench, Tinca tinca", "cat", "dog", "dog"};
  for (const int label : parse_valid_labels(parse_lines(as_text(input), "v.txt"), kClasses, 4, "v.txt"))
    if (label < 0 || label >= 4) throw std::logic_error("a class that is not there");
}

std::vector<std::string> valid_labels_seeds() {
  return {"2\n0\n", "n01440764\ncat", "n01440764 tench, Tinca tinca\n3\n", "dog"};
}

}  // namespace

Target labels() { return {"labels", 1024, run_labels, labels_seeds}; }
Target classes() { return {"classes", 1024, run_classes, classes_seeds}; }
Target real_labels() { return {"real_labels", 512, run_real_labels, real_labels_seeds}; }
Target class_map() { return {"class_map", 512, run_class_map, class_map_seeds}; }
Target valid_labels() { return {"valid_labels", 256, run_valid_labels, valid_labels_seeds}; }

}  // namespace fxe::fuzz
