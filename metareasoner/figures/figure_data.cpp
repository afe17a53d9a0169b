// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/figures/figure_data.h"

#include <fmt/format.h>

#include "metareasoner/calibrate/threshold_path.h"

namespace fxe {

namespace {

constexpr size_t kBins = 20;
constexpr double kHarmLimits[] = {0.001, 0.0025, 0.005, 0.01, 0.02, 0.05};

void add_flexible(const FigureSource& source, int threads, FigureData& data) {
  std::vector<FlexiblePoint> gap;
  for (size_t members = 2; members <= source.test.sizes(); ++members) {
    const ThresholdChoice choice(source.calibration, members, threads);
    gap.push_back({members, "gap", policy_point(source.test, choice.within(kFlexibleGap))});
    if (const auto thresholds = choice.published())
      data.flexible.push_back({members, "published", policy_point(source.test, *thresholds)});
    else
      data.left_out.push_back(fmt::format(
          "the published rule with {} members: they make no error on the calibration images", members));
    if (members < source.test.sizes()) continue;
    for (const auto& thresholds : choice.frontier())
      data.frontier.push_back(policy_point(source.test, thresholds));
  }
  data.flexible.insert(data.flexible.end(), gap.begin(), gap.end());
}

void add_guaranteed(const FigureSource& source, uint64_t seed, int threads, FigureData& data) {
  const auto found = guaranteed_points(source.calibration, {std::begin(kHarmLimits), std::end(kHarmLimits)},
                                       kDelta, seed, threads);
  for (const GuaranteedPoint& p : found.points) {
    if (p.thresholds)
      data.guaranteed.push_back({p.limit, policy_point(source.test, *p.thresholds)});
    else
      data.left_out.push_back(fmt::format(
          "harm of at most {:g} points, guaranteed at {:g}: not shown by {} images ({} are needed "
          "where none is harmed)",
          100 * p.limit, 1 - kDelta, found.images_tested, p.images_needed));
  }
}

void add_subsets(const FigureSource& source, int threads, FigureData& data) {
  const bool compact =
      source.store->is_compact() || (source.calibration_store && source.calibration_store->is_compact());
  if (compact || source.test.sizes() > kMostSubsetMembers) {
    data.left_out.push_back(
        compact ? "members alone and fixed subsets: a compact store knows only the first K together"
                : fmt::format("fixed subsets: more than {} members", kMostSubsetMembers));
    return;
  }
  const auto tested = all_subsets(source.test, threads), chosen_on = all_subsets(source.calibration, threads);
  int64_t best = -1;
  for (size_t s = 0; s < tested.size(); ++s) {
    std::string names;
    for (const int m : tested[s].members)
      names += (names.empty() ? "" : "+") + source.store->header().members[static_cast<size_t>(m)].name;
    data.subsets.push_back({names, tested[s].members.size(), tested[s].cost, chosen_on[s].top1(),
                            tested[s].top1(), chosen_on[s].right > best});
    best = std::max(best, chosen_on[s].right);
  }
}

}  // namespace

FigureData compute_figures(const FigureSource& source, uint64_t seed, int threads) {
  FigureData data;
  data.sizes = size_curve(source.test);
  data.margins = margin_histograms(source.test, kBins);
  if (source.test.sizes() == 1) {
    data.left_out.push_back("exits: the store has one member");
    return data;
  }
  add_flexible(source, threads, data);
  for (const auto& thresholds : fixed_path(ReplaySignal::margin, source.test.sizes()))
    data.one_threshold.push_back(policy_point(source.test, thresholds));
  add_guaranteed(source, seed, threads, data);
  add_subsets(source, threads, data);
  return data;
}

}  // namespace fxe
