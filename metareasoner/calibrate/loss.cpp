// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/loss.h"

namespace fxe {

std::string_view name(LossKind kind) {
  switch (kind) {
    case LossKind::gap:
      return "gap";
    case LossKind::harm:
      return "harm";
    case LossKind::disagreement:
      return "disagreement";
  }
  return "";
}

std::vector<FullAnswer> full_answers(const Trace& full) {
  std::vector<FullAnswer> answers;
  answers.reserve(full.images());
  for (size_t i = 0; i < full.images(); ++i) {
    const PrefixScore& s = full.at(i, full.sizes());
    answers.push_back({s.label, s.label_rank == 0});
  }
  return answers;
}

int8_t loss(LossKind kind, const FullAnswer& full, const PrefixScore& stopped) {
  const bool right = stopped.label_rank == 0;
  switch (kind) {
    case LossKind::gap:
      return static_cast<int8_t>(full.right - right);
    case LossKind::harm:
      return full.right && !right;
    case LossKind::disagreement:
      return stopped.label != full.label;
  }
  return 0;
}

std::vector<size_t> usable_images(const Store& store, LossKind kind, std::span<const size_t> from) {
  std::vector<size_t> images;
  const size_t count = from.empty() ? store.images() : from.size();
  for (size_t n = 0; n < count; ++n) {
    const size_t i = from.empty() ? n : from[n];
    if (store.readable(i) && (kind == LossKind::disagreement || store.header().labels[i] >= 0))
      images.push_back(i);
  }
  return images;
}

}  // namespace fxe
