// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/labelled_dataset.h"
#include "tools/commands/options.h"

namespace fxe {

// Adds --labels and --class-map; add_label_options() adds --real-labels and --valid-labels
// too. docs/reference/labels.md.
void add_folder_options(cxxopts::Options&);
void add_label_options(cxxopts::Options&);

LabelOptions read_label_options(const cxxopts::ParseResult&);

}  // namespace fxe
