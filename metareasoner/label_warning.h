// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metareasoner/evaluation.h"

namespace fxe {

// One line where labels are hardly those of these networks, which have `classes` classes; else empty. That is
// so where
//   shifted by one, labels are right more often, and more often than chance has it (level 1e-6), or
//   answers are right no more often than chance has it (level 0.01), on so many images that networks halfway
//   between chance and always right would have shown it (level 0.001).
// Levels are those of exact binomial tests.
std::string label_warning(const Evaluation&, int64_t classes);

}  // namespace fxe
