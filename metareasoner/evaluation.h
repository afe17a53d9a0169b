// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/tail/tail.h"

namespace fxe {

// Whether a labelled image was classified correctly. A label of -1 (unknown) is never right.
struct Hits {
  bool top1 = false, top5 = false;
};
// `mean`: the class scores where the image stopped, ranked by (larger score, then lower index).
Hits judge(int label, const RowResult&, std::span<const float> mean);

// Accuracy and cost of one policy over the images it was given.
class Evaluation {
 public:
  explicit Evaluation(size_t stages) : exits_(stages, 0) {}

  void add(int label, const RowResult&, Hits);

  int64_t images() const { return images_; }
  int64_t labelled() const { return labelled_; }
  double top1() const { return share(top1_); }  // of labelled images; NaN if there are none
  double top5() const { return share(top5_); }
  double mean_members() const;  // NaN without images
  int64_t right() const { return top1_; }
  // Answers one class above, and one below, the label: correct if labels are off by one.
  int64_t one_above() const { return one_above_; }
  int64_t one_below() const { return one_below_; }
  const std::vector<int64_t>& exits() const { return exits_; }  // images that stopped after k = 1..N members

 private:
  double share(int64_t hits) const;

  int64_t images_ = 0, labelled_ = 0, top1_ = 0, top5_ = 0, one_above_ = 0, one_below_ = 0;
  std::vector<int64_t> exits_;
};

// The full ensemble and a policy on the same images. gap = top1(full) - top1(policy); positive is a loss.
struct PairedGap {
  int64_t images = 0, only_full_right = 0, only_policy_right = 0;

  void add(Hits full, Hits policy) {
    ++images;
    only_full_right += full.top1 && !policy.top1;
    only_policy_right += policy.top1 && !full.top1;
  }
  double gap() const;
};

struct Interval {
  double low, high;
};
// Score interval for a difference of paired proportions (Tango, Statistics in Medicine 17:891, 1998). b and c
// are the two kinds of disagreement among n pairs; the estimate is (b - c) / n. NaN for n = 0.
Interval tango_interval(int64_t n, int64_t b, int64_t c, double z = 1.959963984540054);

}  // namespace fxe
