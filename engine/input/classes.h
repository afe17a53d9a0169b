// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// Class names in class order, such as "n01440764 tench, Tinca tinca", of a file in one of these forms:
//   one name a line
//   JSON: ["tench", ...], {"0": "tench", ...} (id2label), {"tench": 0, ...} (class_to_idx), or Keras'
//         imagenet_class_index.json, {"0": ["n01440764", "tench"], ...}
//   a Python dict as text, {0: 'tench, Tinca tinca', ...}
// "imagenet" and "imagenet-background", where no file is called so, are fxe's own list of ImageNet's 1000
// classes, and the same behind a class "background". Throws bad_input for a file that cannot be read, that
// holds an empty name or line, that leaves an index out, or more than 2^20 classes.
std::vector<std::string> read_classes(const std::filesystem::path& path);

// The same for the content of a file, which `where` names in errors.
std::vector<std::string> parse_classes(std::string_view text, const std::string& where);

// What names the class in a folder: the synset where the line starts with one (n and eight digits), else the
// whole line.
std::string folder_name(const std::string& class_line);

// Whether this is n and eight digits.
bool is_synset(std::string_view name);

// Finds classes by what folders and label files call them.
class ClassNames {
 public:
  explicit ClassNames(const std::vector<std::string>& classes);

  // The classes with this synset or line; if there are none, those with this first name: "tench" of
  // "n01440764 tench, Tinca tinca", where "_" is a space.
  std::vector<int> find(std::string_view name) const;
  // For an error: " (nearest: bird, bear)", or nothing where no name is near.
  std::string nearest(std::string_view name) const;

 private:
  std::multimap<std::string, int, std::less<>> exact_, first_;
  std::vector<std::string> suggested_;
};

}  // namespace fxe
