// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/reports/eval_report.h"

namespace fxe {

// The head and a line of a results file: timm's columns (model, img_size, top1, top1_err, top5, top5_err,
// param_count, crop_pct, interpolation; percentages with three decimals, millions of parameters), then fxe's
// own; docs/reference/labels.md. Figures that do not exist, as for images without labels, and values that
// members do not share are left empty.
extern const char* const kResultsHead;
std::string results_line(const LoadedEnsemble&, const EvalSubject&, const EvalResult&);

// timm's crop_pct: the decimal fraction with the fewest digits for which floor(crop / fraction) = resized,
// and among those the nearest to crop / resized: "0.95" for 224 of 235. Empty if none has up to four digits.
std::string crop_fraction(int crop, int resized);

}  // namespace fxe
