// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/evaluation.h"

#include <cmath>
#include <limits>

namespace fxe {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Hits judge(int label, const RowResult& row, std::span<const float> mean) {
  if (label < 0 || static_cast<size_t>(label) >= mean.size() || row.status == RowStatus::failed) return {};
  const tail::Entry own{mean[static_cast<size_t>(label)], label};
  int ahead = 0;
  for (size_t j = 0; j < mean.size() && ahead < 5; ++j)
    ahead += tail::before({mean[j], static_cast<int32_t>(j)}, own);
  return {row.label == label, ahead < 5};
}

void Evaluation::add(int label, const RowResult& row, Hits hits) {
  ++images_;
  labelled_ += label >= 0;
  top1_ += hits.top1;
  top5_ += hits.top5;
  if (label >= 0 && row.status != RowStatus::failed) {
    one_above_ += row.label == label + 1;
    one_below_ += row.label == label - 1;
  }
  ++exits_.at(static_cast<size_t>(row.members) - 1);
}

double Evaluation::share(int64_t hits) const {
  return labelled_ ? static_cast<double>(hits) / static_cast<double>(labelled_) : kNone;
}

double Evaluation::mean_members() const {
  if (images_ == 0) return kNone;
  double sum = 0;
  for (size_t k = 0; k < exits_.size(); ++k)
    sum += static_cast<double>(exits_[k]) * static_cast<double>(k + 1);
  return sum / static_cast<double>(images_);
}

double PairedGap::gap() const {
  return images ? static_cast<double>(only_full_right - only_policy_right) / static_cast<double>(images)
                : kNone;
}

}  // namespace fxe
