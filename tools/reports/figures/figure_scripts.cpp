// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/figures/figure_scripts.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "tools/reports/figures/figure_csv.h"
#include "tools/reports/figures/gnuplot.h"
#include "tools/reports/figures/templates.h"

namespace fxe {

namespace {

using namespace fmt::literals;

template <class... Arguments>
std::string filled(const char* script, Arguments&&... arguments) {
  return fmt::format(fmt::runtime(script), std::forward<Arguments>(arguments)...);
}

// One more curve for the end of a plot command.
std::string curve(std::string script) {
  script.pop_back();  // the end of its last line
  return ", \\\n" + script;
}

std::string grouped(size_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<size_t>(at), ",");
  return text;
}

// Its colours are those that people with the common kinds of colour blindness can tell apart (Okabe and Ito
// 2008); line types and point shapes differ as well.
std::string head(const FigureSource& source, const std::string& figure) {
  const bool counted = source.unit == UnitCosts::Unit::multiply_adds;
  return filled(figure_templates::head, "title"_a = gnuplot_text(source.title), "name"_a = source.name,
                "figure"_a = figure, "images"_a = grouped(source.test.images.size()),
                "members"_a = source.test.sizes(), "chosen_on"_a = grouped(source.calibration.images.size()),
                "cost_column"_a = cost_column(source.unit), "cost_scale"_a = counted ? " / 1e6" : "",
                "cost_label"_a = counted                              ? "multiply-adds per image, millions"
                                 : source.unit == UnitCosts::Unit::ms ? "mean time per image, ms"
                                                                      : "members per image");
}

int margins_height(size_t rows) { return static_cast<int>(120 + 260 * rows); }

// At most 16 of the sizes, evenly spread.
std::string margins_script(const FigureSource& source, const FigureData& data, size_t& rows) {
  const size_t panels = std::min<size_t>(data.sizes.size(), 16), columns = std::min<size_t>(panels, 4);
  rows = (panels + columns - 1) / columns;
  const double images = static_cast<double>(source.test.images.size());
  std::string text = fmt::format("share = {:.9g}\n", 100 / images);
  // Room for the figure's title, for a panel's own, and for what is below a panel.
  constexpr double kAbove = 95, kBetween = 115, kBelow = 75;
  const double height = margins_height(rows);
  text +=
      filled(figure_templates::margins, "rows"_a = rows, "columns"_a = columns, "bottom"_a = kBelow / height,
             "top"_a = 1 - kAbove / height, "between"_a = kBetween / height, "lowest"_a = 50 / images);
  for (size_t p = 0; p < panels; ++p) {
    const SizePoint& size = data.sizes[panels == 1 ? 0 : p * (data.sizes.size() - 1) / (panels - 1)];
    text += filled(figure_templates::margins_panel, "members"_a = size.members,
                   "size"_a = size.members == 1 ? "1 member" : fmt::format("{} members", size.members),
                   "auroc"_a = std::isfinite(size.auroc) ? fmt::format(", AUROC {:.3f}", size.auroc) : "",
                   "key"_a = p == 0 ? "set key top left" : "unset key",
                   "ylabel"_a = p % columns == 0 ? "set ylabel 'images, %'" : "unset ylabel");
  }
  return text + "unset multiplot\n";
}

}  // namespace

std::vector<FigureScript> write_figure_scripts(Outputs& outputs, const std::filesystem::path& folder,
                                               const FigureSource& source, const FigureData& data,
                                               const std::vector<std::string>& written) {
  const auto there = [&](const char* what) {
    return std::find(written.begin(), written.end(), source.name + "-" + what + ".csv") != written.end();
  };
  std::vector<FigureScript> scripts;
  const auto add = [&](const std::string& what, int width, int height, const std::string& body) {
    const std::string name = source.name + "-" + what;
    OutputFile& file = outputs.open("-o", folder / (name + ".gp"), output_kind::gnuplot_script);
    file.write(head(source, what) + body);
    file.commit();
    scripts.push_back({name, width, height});
  };
  add("accuracy", 800, 560,
      filled(figure_templates::accuracy,
             "alone"_a = there("subsets") ? curve(figure_templates::accuracy_alone) : ""));
  size_t rows = 1;
  const std::string margins = margins_script(source, data, rows);
  add("margins", 1100, margins_height(rows), margins);
  if (there("flexible"))
    add("flexible", 800, 560, filled(figure_templates::flexible, "gap"_a = 100 * kFlexibleGap));
  if (there("frontier"))
    add("frontier", 900, 680,
        filled(figure_templates::frontier,
               "subsets"_a = there("subsets") ? curve(figure_templates::frontier_subsets) : "",
               "guaranteed"_a = there("guaranteed") ? curve(filled(figure_templates::frontier_guaranteed,
                                                                   "confidence"_a = 100 * (1 - kDelta)))
                                                    : ""));
  return scripts;
}

}  // namespace fxe
