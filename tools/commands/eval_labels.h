// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/input/dataset.h"
#include "tools/commands/ensemble_loader.h"

namespace fxe {

// --labels, --class-map, --real-labels, --valid-labels; docs/labels.md.
void add_label_options(cxxopts::Options&);

// The dataset with its labels, as these options say. Throws bad_input for a label that is no class of the
// networks.
Dataset open_labelled(const std::filesystem::path& folder, const LoadedEnsemble&,
                      const cxxopts::ParseResult&);

// With --valid-labels, leaves only those classes in the networks, and makes the dataset's labels positions
// among them. Returns the classes (empty: all of them). Before the ensemble is compiled.
std::vector<int> restrict_classes(LoadedEnsemble&, Dataset&, const cxxopts::ParseResult&);

}  // namespace fxe
