// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "metareasoner/calibrate/goal.h"

namespace fxe {

// The published rule: thresholds that minimise M = alpha R + (1 - alpha) E, with R the time per image and E
// the relative increase of the error over the full ensemble's. Neither the units of R and E nor the order of
// the search are published, and both decide the answer, so both have names here.
struct PublishedRule {
  double alpha = 0.5;  // in [0, 1]
  enum class Time {
    relative,  // R over the full ensemble's, in (0, 1]
    absolute,  // R in the unit of the costs (ms)
  } time = Time::relative;
  enum class Error {
    percent,   // E = 100 (error - error of full) / error of full
    fraction,  // E = (error - error of full) / error of full
  } error = Error::percent;
  enum class Order {
    forward,  // size by size from the first: earlier ones fixed, later ones never stopping
    shared,   // one threshold for all sizes
    alone,    // each size as if only it stopped
    joint,    // all together: joint_search.h
  } order = Order::forward;
};
std::string_view name(PublishedRule::Time);   // "rel", "abs"
std::string_view name(PublishedRule::Error);  // "pct", "frac"
std::string_view name(PublishedRule::Order);

// M over some images, with LossKind::gap. Costs are those of one image in the first member and in the full
// ensemble. Throws bad_input if the full ensemble has no error on these images, which leaves E undefined.
class PublishedObjective {
 public:
  PublishedObjective(const PublishedRule&, size_t images, double errors_of_full, double first_cost,
                     double full_cost);

  double value(const Spent& s) const { return goal_.value(s); }
  const Goal& goal() const { return goal_; }
  // What one wrong image adds to M, relative to the difference of M between one member and all; infinity for
  // alpha 0. Above 0.05 thresholds follow single images.
  double image_over_range() const { return image_over_range_; }

 private:
  Goal goal_;
  double image_over_range_;
};
inline constexpr double kImageOverRangeWarning = 0.05;

// Searches in the given order. For Order::shared all sizes of the table must have the same candidates.
Choice choose(PublishedRule::Order, const ExitTable&, const Goal&, int threads);

}  // namespace fxe
