// SPDX-License-Identifier: Apache-2.0
#include "engine/input/class_folders.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/input/classes.h"
#include "engine/input/folder_listing.h"
#include "engine/input/imagenet_classes.h"
#include "engine/input/label_lists.h"
#include "engine/input/text_file.h"

namespace fxe {

namespace {

void add_class(Dataset& dataset, const std::string& folder, int label) {
  const size_t before = dataset.images();
  add_images(dataset, folder, label);
  if (dataset.images() == before) dataset.left_out.add("empty class folders", folder);
}

bool all_imagenet(const std::vector<std::string>& names) {
  return std::ranges::all_of(names, is_imagenet_synset);
}

// A guess why the number of names differs from the number of classes, or nothing.
std::string guess(const std::vector<std::string>& names, size_t classes, std::string_view what) {
  const size_t imagenet = imagenet_classes().size();
  const ClassNames known(imagenet_classes());
  if (classes == imagenet || classes == imagenet + 1)
    if (std::ranges::all_of(names, [&](const auto& name) { return known.find(name).size() == 1; }))
      return classes == imagenet ? "; ImageNet's are --classes imagenet"
                                 : "; ImageNet's behind a background class are --classes imagenet-background";
  const auto stranger = std::ranges::find_if_not(names, is_imagenet_synset);
  if (classes == imagenet && stranger != names.end() && is_synset(*stranger))
    return fmt::format("; '{}' is none of ImageNet's {}", *stranger, classes);
  if (names.size() + 1 == classes)
    return fmt::format("; one {} is missing, or class 0 is a background", what);
  return "";
}

NamedClasses find_known(const std::vector<std::string>& names, const std::vector<std::string>& classes,
                        const std::string& where, std::string_view what) {
  const ClassNames known(classes);
  NamedClasses result{.classes = classes.size(), .order = "position in the ensemble's classes"};
  std::vector<const std::string*> name_of(classes.size());
  for (const auto& name : names) {
    const auto found = known.find(name);
    if (found.empty())
      throw bad_input("{}: {} '{}' is none of the {} classes{}", where, what, name, classes.size(),
                      known.nearest(name));
    if (found.size() > 1)
      throw bad_input("{}: {} '{}' is the name of {} classes; name the labels with --labels", where, what,
                      name, found.size());
    auto& other = name_of[static_cast<size_t>(found[0])];
    if (other)
      throw bad_input("{}: '{}' and '{}' are names of the same class, '{}'", where, *other, name,
                      classes[static_cast<size_t>(found[0])]);
    other = &name;
    result.index.push_back(found[0]);
  }
  return result;
}

}  // namespace

NamedClasses find_classes(const std::vector<std::string>& names, const Labelling& known,
                          const std::string& where, std::string_view what) {
  if (!known.classes.empty()) return find_known(names, known.classes, where, what);
  if (known.class_count == imagenet_classes().size() && all_imagenet(names)) {
    auto result = find_known(names, imagenet_classes(), where, what);
    result.imagenet = true;
    result.order = "position in ImageNet's 1000 synsets";
    return result;
  }
  if (known.class_count && names.size() != known.class_count)
    throw bad_input(
        "{}: {} {}{} for a network of {} classes: nothing says which is which; name all {} classes in order "
        "with --classes FILE{}{}",
        where, names.size(), what, names.size() == 1 ? "" : "s", known.class_count, known.class_count,
        what == "folder" ? ", or each folder's with --class-map FILE" : "",
        guess(names, known.class_count, what));
  NamedClasses result{.classes = names.size(), .order = "position in sorted order"};
  for (size_t i = 0; i < names.size(); ++i) result.index.push_back(static_cast<int>(i));
  return result;
}

void add_numeric_folders(Dataset& dataset, const std::vector<std::string>& folders, size_t class_count) {
  const auto where = dataset.root.string();
  std::vector<std::pair<int, std::string>> ordered;
  for (const auto& f : folders) ordered.emplace_back(*whole_number(f), f);
  std::sort(ordered.begin(), ordered.end());
  for (size_t i = 1; i < ordered.size(); ++i)
    if (ordered[i].first == ordered[i - 1].first)
      throw bad_input("{}: folders '{}' and '{}' are the same class", where, ordered[i - 1].second,
                      ordered[i].second);
  const auto& [last, last_name] = ordered.back();
  dataset.classes = static_cast<size_t>(last) + 1;
  if (class_count && dataset.classes > class_count)
    throw bad_input(
        "{}: folder {} is past the {} classes of the ensemble{}", where, last_name, class_count,
        ordered[0].first >= 1 && static_cast<size_t>(last) == class_count
            ? "; the folders count from 1, classes from 0: say which is which with --class-map FILE"
            : "");
  dataset.layout = fmt::format("{} numeric class folders, in numeric order", folders.size());
  for (const auto& [label, folder] : ordered) add_class(dataset, folder, label);
}

void add_class_folders(Dataset& dataset, const std::vector<std::string>& folders, const Labelling& known) {
  const auto found = find_classes(folders, known, dataset.root.string(), "folder");
  dataset.layout = fmt::format("{} class folders, class = {}", folders.size(), found.order);
  dataset.classes = found.classes;
  dataset.imagenet = found.imagenet;
  for (size_t i = 0; i < folders.size(); ++i) add_class(dataset, folders[i], found.index[i]);
}

void add_mapped_folders(Dataset& dataset, const std::vector<std::string>& folders, const Labelling& known) {
  const auto& file = known.class_map_file;
  const auto map = read_class_map(file);
  dataset.classes = known.class_count;
  size_t named = 0;
  for (const auto& folder : folders) {
    const auto found = map.find(folder);
    if (found == map.end()) continue;
    ++named;
    if (known.class_count && found->second >= static_cast<int>(known.class_count))
      throw bad_input("{}: '{}' is class {} of {}; indices are 0-based", file.string(), folder, found->second,
                      known.class_count);
    add_class(dataset, folder, found->second);
  }
  if (named == 0)
    throw bad_input("{}: names none of the {} folders of {}", file.string(), folders.size(),
                    dataset.root.string());
  dataset.layout = fmt::format("{} class folders, classes from {}", named, file.filename().string());
  if (named != folders.size())
    dataset.layout += fmt::format("; {} folders that it does not name are left out", folders.size() - named);
}

}  // namespace fxe
