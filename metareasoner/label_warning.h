// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metareasoner/evaluation.h"

namespace fxe {

// One line if the labels can hardly belong to these networks, which have `classes` classes; otherwise empty.
// They cannot if
//   * labels shifted by one are right more often, and more often than by chance (level 1e-6), or
//   * answers are right no more often than by chance (level 0.01), on enough images that networks halfway
//     between chance and always right would have shown it (level 0.001).
// Levels are those of exact binomial tests.
std::string label_warning(const Evaluation&, int64_t classes);

}  // namespace fxe
