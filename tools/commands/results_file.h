// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tools/commands/eval_report.h"

namespace fxe {

// One line: timm's columns (model, img_size, top1, top1_err, top5, top5_err, param_count, crop_pct,
// interpolation; percentages with three decimals, millions of parameters), then fxe's own; docs/labels.md.
// With the head line if the file is new. Figures that do not exist, as of images without labels, and what the
// members do not share are left empty. Appends: the one output that is not written whole. Throws bad_input
// for a file with another head line.
void append_results_file(const std::filesystem::path&, const LoadedEnsemble&, const EvalSubject&,
                         const EvalResult&);

// That last check alone: before an evaluation that may take hours.
void check_results_file(const std::filesystem::path&);

// timm's crop_pct: the decimal fraction of the fewest digits for which floor(crop / fraction) = resized, and
// of those the nearest to crop / resized: "0.95" for 224 of 235. Empty where none of up to four digits is.
std::string crop_fraction(int crop, int resized);

}  // namespace fxe
