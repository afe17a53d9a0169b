// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/figures/figure_csv.h"

#include <cmath>

#include "engine/error.h"
#include "engine/files/csv_field.h"
#include "tools/reports/format.h"

namespace fxe {

namespace {

// Empty if it does not exist.
std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.9g}", value) : ""; }

// Separated by spaces.
std::string numbers(const std::vector<double>& values) {
  std::string text;
  for (const double v : values) text += (text.empty() ? "" : " ") + number(v);
  return text;
}

class Csv {
 public:
  Csv(const std::filesystem::path& folder, const std::string& name, const std::string& header)
      : name_(name + ".csv"), path_(folder / name_), text_(header + "\n") {}

  template <class... Args>
  void row(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
    ++rows_;
  }
  void commit(Outputs& outputs, std::vector<std::string>& written) const {
    if (rows_ == 0) return;
    OutputFile& file = outputs.open("-o", path_, output_kind::figure_csv);
    file.write(text_);
    file.commit();
    written.push_back(name_);
  }

 private:
  std::string name_;
  std::filesystem::path path_;
  std::string text_;
  size_t rows_ = 0;
};

constexpr const char* kPolicyColumns =
    "{},mean_members,top1,full_top1,gap,gap_low,gap_high,random_exits_top1,thresholds";

std::string policy_columns(const std::string& cost) {
  return fmt::format(fmt::runtime(kPolicyColumns), cost);
}

std::string policy_row(const PolicyPoint& p) {
  const auto gap = gap_interval(p.gap);
  return fmt::format("{},{},{},{},{},{},{},{},{}", number(p.cost), number(p.mean_members), number(p.top1),
                     number(p.top1 + p.gap.gap()), number(p.gap.gap()), number(gap.low), number(gap.high),
                     number(p.random_exits_top1), numbers(p.thresholds));
}

}  // namespace

std::string cost_column(UnitCosts::Unit unit) {
  return unit == UnitCosts::Unit::ms              ? "cost_ms"
         : unit == UnitCosts::Unit::multiply_adds ? "cost_multiply_adds"
                                                  : "cost_members";
}

std::vector<std::string> write_figure_csv(Outputs& outputs, const std::filesystem::path& folder,
                                          const FigureSource& source, const FigureData& data) {
  const std::string cost = cost_column(source.unit), columns = policy_columns(cost);
  std::vector<std::string> written;

  Csv accuracy(folder, source.name + "-accuracy",
               "members," + cost + ",images,right,top1,top1_low,top1_high,auroc");
  for (const SizePoint& p : data.sizes) {
    const auto ci = wilson_interval(p.right, p.images);
    accuracy.row("{},{},{},{},{},{},{},{}", p.members, number(p.cost), p.images, p.right, number(p.top1()),
                 number(ci.low), number(ci.high), number(p.auroc));
  }
  accuracy.commit(outputs, written);

  Csv margins(folder, source.name + "-margins", "members,low,high,right,wrong");
  for (const MarginBin& b : data.margins)
    margins.row("{},{},{},{},{}", b.members, number(b.low), number(b.high), b.right, b.wrong);
  margins.commit(outputs, written);

  Csv flexible(folder, source.name + "-flexible", "members,rule," + columns);
  for (const FlexiblePoint& p : data.flexible)
    flexible.row("{},{},{}", p.members, p.rule, policy_row(p.point));
  flexible.commit(outputs, written);

  Csv frontier(folder, source.name + "-frontier", columns);
  for (const PolicyPoint& p : data.frontier) frontier.row("{}", policy_row(p));
  frontier.commit(outputs, written);

  Csv one(folder, source.name + "-one_threshold", columns);
  for (const PolicyPoint& p : data.one_threshold) one.row("{}", policy_row(p));
  one.commit(outputs, written);

  Csv guaranteed(folder, source.name + "-guaranteed", "harm_limit,delta," + columns);
  for (const GuaranteedPolicy& g : data.guaranteed)
    guaranteed.row("{},{},{}", number(g.limit), number(kDelta), policy_row(g.point));
  guaranteed.commit(outputs, written);

  Csv subsets(folder, source.name + "-subsets", "members,count," + cost + ",calibration_top1,top1,chosen");
  for (const FixedSubsetPoint& s : data.subsets)
    subsets.row("{},{},{},{},{},{}", csv_field(s.members), s.count, number(s.cost),
                number(s.calibration_top1), number(s.top1), s.chosen ? 1 : 0);
  subsets.commit(outputs, written);
  return written;
}

}  // namespace fxe
