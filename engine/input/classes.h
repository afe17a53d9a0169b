// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// Class names in class order, such as "n01440764 tench, Tinca tinca", from a file in one of these forms:
//   one name a line
//   JSON: ["tench", ...], {"0": "tench", ...} (id2label), {"tench": 0, ...} (class_to_idx), or Keras'
//         imagenet_class_index.json, {"0": ["n01440764", "tench"], ...}
//         or a config.json, which has one of these under "id2label" or "label_names"
//   a Python dict as text, {0: 'tench, Tinca tinca', ...}
// Unless a file has that name, "imagenet" stands for fxe's own list of ImageNet's 1000 classes, and
// "imagenet-background" for the same list after a class "background". Throws bad_input if the file cannot be
// read, holds an empty name or line, skips an index, or has more than 2^20 classes.
std::vector<std::string> read_classes(const std::filesystem::path& path);

// The same for the content of a file, which `where` names in errors.
std::vector<std::string> parse_classes(std::string_view text, const std::string& where);

// What a folder of this class is called: the synset if the line starts with one (n and eight digits),
// otherwise the whole line.
std::string folder_name(const std::string& class_line);

// Whether it is n and eight digits.
bool is_synset(std::string_view name);

// Finds classes by the names that folders and label files use.
class ClassNames {
 public:
  explicit ClassNames(const std::vector<std::string>& classes);

  // The classes with this synset or line; if there are none, those with this first name: "tench" for
  // "n01440764 tench, Tinca tinca", with "_" read as a space.
  std::vector<int> find(std::string_view name) const;
  // Ends an error message: " (nearest: bird, bear)", or nothing if no name is near.
  std::string nearest(std::string_view name) const;

 private:
  std::multimap<std::string, int, std::less<>> exact_, first_;
  std::vector<std::string> suggested_;
};

}  // namespace fxe
