// SPDX-License-Identifier: Apache-2.0
#include "runtime/labelled_dataset.h"

#include <algorithm>
#include <set>

#include "engine/error.h"
#include "engine/input/imagenet_classes.h"
#include "engine/input/label_lists.h"
#include "layers/select_classes.h"

namespace fxe {

namespace {

void check_label(std::string_view path, int label, int64_t classes) {
  if (label >= classes)
    throw bad_input("{}: class {} for a network of {} classes; are these labels of another data set?", path,
                    label, classes);
}

// Replaces every label by its position in `valid`; if an image has several right labels, those not in `valid`
// are dropped.
void relabel(Dataset& dataset, const std::vector<int>& valid) {
  const auto position = [&](int label) {
    const auto found = std::ranges::find(valid, label);
    return found == valid.end() ? -1 : static_cast<int>(found - valid.begin());
  };
  for (size_t i = 0; i < dataset.images(); ++i) {
    if (dataset.labels[i] < 0) continue;
    std::vector<int> kept;
    if (const int at = position(dataset.labels[i]); at >= 0) kept.push_back(at);
    for (const int label : dataset.more_labels_of(i))
      if (const int at = position(label); at >= 0) kept.push_back(at);
    if (kept.empty())
      throw bad_input("{}: class {} is not among the {} of --valid-labels", dataset.paths[i],
                      dataset.labels[i], valid.size());
    dataset.labels[i] = kept[0];
    if (!dataset.more_labels.empty()) dataset.more_labels[i].assign(kept.begin() + 1, kept.end());
  }
}

}  // namespace

Dataset open_labelled(const std::filesystem::path& folder, LoadedEnsemble& ensemble,
                      const LabelOptions& options) {
  const auto classes = ensemble.models[0].model.classes();
  Dataset dataset = open_dataset(folder, {.classes = ensemble.classes,
                                          .class_count = static_cast<size_t>(classes),
                                          .labels_file = options.labels,
                                          .class_map_file = options.class_map});
  if (dataset.imagenet) ensemble.classes = imagenet_classes();
  if (!options.real.empty()) apply_real_labels(dataset, read_real_labels(options.real), options.real);
  for (size_t i = 0; i < dataset.images(); ++i) {
    check_label(dataset.paths[i], dataset.labels[i], classes);
    for (const int label : dataset.more_labels_of(i)) check_label(dataset.paths[i], label, classes);
  }
  return dataset;
}

std::vector<int> restrict_classes(LoadedEnsemble& ensemble, Dataset& dataset, const std::string& wanted) {
  if (wanted.empty()) return {};
  std::vector<int> valid;
  if (wanted == "folder") {
    std::set<int> present;
    for (const int label : dataset.labels)
      if (label >= 0) present.insert(label);
    for (const auto& more : dataset.more_labels) present.insert(more.begin(), more.end());
    valid.assign(present.begin(), present.end());
    if (valid.empty())
      throw bad_input("{}: no image has a label; expected labels for --valid-labels folder",
                      dataset.root.string());
  } else {
    valid = read_valid_labels(wanted, ensemble.classes, ensemble.models[0].model.classes());
  }
  relabel(dataset, valid);
  for (size_t i = 0; i < ensemble.models.size(); ++i)
    ensemble.models[i].model =
        select_classes(std::move(ensemble.models[i].model), valid, ensemble.file.members[i].name);
  std::vector<std::string> names;
  for (const int c : valid)
    if (!ensemble.classes.empty()) names.push_back(ensemble.classes[static_cast<size_t>(c)]);
  ensemble.classes = std::move(names);
  dataset.layout += fmt::format("; {} classes can be the answer", valid.size());
  return valid;
}

}  // namespace fxe
