// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "engine/input/dataset.h"
#include "tools/commands/ensemble_loader.h"

namespace fxe {

// --labels and --class-map; with add_label_options() --real-labels and --valid-labels too. docs/labels.md.
void add_folder_options(cxxopts::Options&);
void add_label_options(cxxopts::Options&);

// The dataset with its labels, as these options say. Where it shows that the classes are ImageNet's and
// nobody named them, the ensemble gets their names. Throws bad_input for a label that is no class of the
// networks.
Dataset open_labelled(const std::filesystem::path& folder, LoadedEnsemble&, const cxxopts::ParseResult&);

// What was found in the folder, and what was left out, for people.
void print_dataset(const Dataset&);

// "left_out" of a report: for each reason how many files, and the first.
nlohmann::ordered_json left_out_json(const LeftOut&);

// With --valid-labels, leaves only those classes in the networks, and makes the dataset's labels positions
// among them. Returns the classes (empty: all of them). Before the ensemble is compiled.
std::vector<int> restrict_classes(LoadedEnsemble&, Dataset&, const cxxopts::ParseResult&);

}  // namespace fxe
