// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/input/dataset.h"
#include "runtime/ensemble_loader.h"

namespace fxe {

// Where labels come from other than the folder itself: docs/reference/labels.md. Empty: from nowhere else.
struct LabelOptions {
  std::string labels, class_map;  // files, or for labels the word folder
  std::string real;               // ReaL's real.json
  std::string valid;              // the classes that can be the answer: a file, or the word folder
};

// The dataset with the labels these options choose. If it shows that the classes are ImageNet's and
// nobody named them, the ensemble gets their names. Throws bad_input for a label that is not one of the
// networks' classes.
Dataset open_labelled(const std::filesystem::path& folder, LoadedEnsemble&, const LabelOptions&);

// Restricts the networks to the classes that `valid` names and makes the dataset's labels positions among
// them. Returns the classes (empty: all of them). Called before the ensemble is compiled.
std::vector<int> restrict_classes(LoadedEnsemble&, Dataset&, const std::string& valid);

}  // namespace fxe
