// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "engine/input/dataset.h"
#include "runtime/ensemble_loader.h"
#include "tools/commands/options.h"

namespace fxe {

// Adds --labels and --class-map; add_label_options() adds --real-labels and --valid-labels
// too. docs/reference/labels.md.
void add_folder_options(cxxopts::Options&);
void add_label_options(cxxopts::Options&);

// The dataset with the labels these options choose. If it shows that the classes are ImageNet's and
// nobody named them, the ensemble gets their names. Throws bad_input for a label that is not one of the
// networks' classes.
Dataset open_labelled(const std::filesystem::path& folder, LoadedEnsemble&, const cxxopts::ParseResult&);

// Prints what was found in the folder, and what was left out.
void print_dataset(const Dataset&);

// "left_out" of a report: for each reason the number of files, and the first one.
nlohmann::ordered_json left_out_json(const LeftOut&);

// With --valid-labels, restricts the networks to those classes and makes the dataset's labels positions among
// them. Returns the classes (empty: all of them). Called before the ensemble is compiled.
std::vector<int> restrict_classes(LoadedEnsemble&, Dataset&, const cxxopts::ParseResult&);

}  // namespace fxe
