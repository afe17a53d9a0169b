// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "metareasoner/replay/trace.h"

namespace fxe {

// What stopping early costs an image in answers, against the full ensemble; the mean over images is the risk.
enum class LossKind {
  gap,           // [full right] - [stopped right]: -1, 0 or 1; its mean is top1(full) - top1(policy)
  harm,          // 1 if the full ensemble is right and the image stopped wrong
  disagreement,  // 1 if the image stopped with another answer than the full ensemble's; needs no labels
};
std::string_view name(LossKind);

// The full ensemble's answer, that of the last size of its order; one per image of a store.
struct FullAnswer {
  int32_t label;  // -1 if there is none
  bool right;
};
std::vector<FullAnswer> full_answers(const Trace& full);

int8_t loss(LossKind, const FullAnswer& full, const PrefixScore& stopped);

// The images of a store, among `from` (empty: all), that a calibration can use: readable, and labelled unless
// the loss needs no labels. Ascending.
std::vector<size_t> usable_images(const Store&, LossKind, std::span<const size_t> from = {});

}  // namespace fxe
