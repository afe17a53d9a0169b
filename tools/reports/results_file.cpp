// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/results_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/files/csv_field.h"
#include "tools/reports/format.h"

namespace fxe {

namespace {

std::string number(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "";
}

// What all inputs agree on, or empty.
template <class F>
std::string shared(const std::vector<Preprocess>& inputs, F describe) {
  const std::string first = describe(inputs.at(0));
  for (const auto& input : inputs)
    if (describe(input) != first) return "";
  return first;
}

std::string crop_of(const Preprocess& p) {
  return p.side == Preprocess::Side::none ? "" : crop_fraction(p.crop_h, p.resize_h);
}

std::string interpolation_of(const Preprocess& p) {
  if (p.side == Preprocess::Side::none) return "";
  return p.filter == Filter::area ? "area" : p.filter == Filter::bicubic ? "bicubic" : "bilinear";
}

}  // namespace

const char* const kResultsHead =
    "model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation,"
    "members,mean_members,policy,images,mean_gmacs,time_per_image_ms,gap,gap_lo,gap_hi,device,precision,"
    "batch";

std::string crop_fraction(int crop, int resized) {
  const double exact = static_cast<double>(crop) / resized;
  for (int digits = 1, scale = 10; digits <= 4; ++digits, scale *= 10) {
    const auto fits = [&](long k) {
      const double fraction = static_cast<double>(k) / scale;
      return k > 0 && static_cast<int>(std::floor(crop / fraction)) == resized;
    };
    const long nearest = std::lround(exact * scale);
    for (const long k : {nearest, nearest - 1, nearest + 1})
      if (fits(k)) return fmt::format("{:.{}f}", static_cast<double>(k) / scale, digits);
  }
  return "";
}

std::string results_line(const LoadedEnsemble& ensemble, const EvalSubject& subject, const EvalResult& r) {
  const auto& e = r.policy.evaluation;
  const double top1 = 100 * e.top1(), top5 = 100 * e.top5();
  int size = 0;
  for (const auto& input : ensemble.inputs) size = std::max(size, input.crop_h);
  std::vector<std::string> fields = {csv_field(ensemble.file.name),
                                     std::to_string(size),
                                     number(top1, 3),
                                     number(100 - top1, 3),
                                     number(top5, 3),
                                     number(100 - top5, 3),
                                     number(static_cast<double>(ensemble.parameters) / 1e6, 2),
                                     shared(ensemble.inputs, crop_of),
                                     shared(ensemble.inputs, interpolation_of),
                                     std::to_string(subject.policy.point.size()),
                                     number(e.mean_members(), 4),
                                     csv_field(subject.policy.text),
                                     std::to_string(e.images()),
                                     number(r.policy.mean_multiply_adds() / 1e9, 4),
                                     number(r.policy.time_per_image_ms(), 4)};
  if (r.full && r.gap.images > 0) {
    const auto ci = gap_interval(r.gap);
    fields.insert(fields.end(), {number(r.gap.gap(), 6), number(ci.low, 6), number(ci.high, 6)});
  } else {
    fields.insert(fields.end(), 3, "");
  }
  fields.insert(fields.end(), {csv_field(subject.device), std::string(name(subject.precision)),
                               std::to_string(subject.batch)});
  return fmt::format("{}", fmt::join(fields, ","));
}

}  // namespace fxe
