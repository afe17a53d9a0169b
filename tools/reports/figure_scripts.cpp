// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/figure_scripts.h"

#include <algorithm>

#include "engine/error.h"
#include "tools/reports/figure_csv.h"
#include "tools/reports/gnuplot.h"

namespace fxe {

namespace {

// Colours that people with the common kinds of colour blindness can tell apart (Okabe and Ito 2008); line
// types and point shapes differ as well.
constexpr const char* kHead = R"(# Drawn by fxe figures; by hand: gnuplot -p THIS_FILE
set datafile separator comma
set encoding utf8
set grid lc rgb '#cccccc' lt 1 lw 0.5
set border 3
set tics nomirror
blue = '#0072B2'; red = '#D55E00'; green = '#009E73'; orange = '#E69F00'; purple = '#CC79A7'; grey = '#777777'
percent(name) = 100 * column(name)
)";

constexpr const char* kAccuracy = R"(set title 'Accuracy of the first members together' . "\n" . about
set xlabel cost_label
set ylabel 'top-1 accuracy, %'
set xrange [0:*]
set offsets graph 0, graph 0.06, graph 0.1, graph 0.06
set key bmargin center vertical maxcols 1 samplen 3 title ' '
plot data using (cost(0)):(percent('top1')):(percent('top1_low')):(percent('top1_high')) with yerrorbars lc rgb blue \
       lw 1.5 pt 7 ps 0.8 title '95% interval', \
     '' using (cost(0)):(percent('top1')) with lines lc rgb blue lw 2 title 'first 1 to N members, every image through all', \
     '' using (cost(0)):(percent('top1')):(sprintf('%d', column('members'))) with labels offset 0.8,-1 tc rgb blue notitle{}
)";
constexpr const char* kAlone = R"(, \
     alone using (column('count') == 1 ? cost(0) : NaN):(percent('top1')) with points lc rgb red pt 4 ps 1.2 lw 1.5 \
       title 'each member alone')";

constexpr const char* kMarginsHead =
    R"(set multiplot layout {},{} margins 0.095,0.985,{:.3f},{:.3f} spacing 0.055,{:.3f} title 'Margins of right and wrong answers' . "\n" . about
set xlabel 'margin P(top 1) - P(top 2)'
set xtics 0.5
set xrange [0:1]
set yrange [{:g}:100]
set logscale y
set style fill solid 0.45 noborder
set boxwidth 0.05
)";
constexpr const char* kMarginsPanel = R"(set title '{}{}'
{}
{}
plot data using (column('members') == {} && column('right') > 0 ? (column('low') + column('high')) / 2 : NaN):(column('right') * share) \
       with boxes lc rgb blue title 'right', \
     '' using (column('members') == {} && column('wrong') > 0 ? (column('low') + column('high')) / 2 : NaN):(column('wrong') * share) \
       with points lc rgb red pt 7 ps 0.6 title 'wrong'
)";

constexpr const char* kFlexible =
    R"(set title 'Normal and flexible ensembles of N members' . "\n" . about . chosen
set xlabel cost_label
set ylabel 'top-1 accuracy, %'
set xrange [0:*]
set offsets graph 0, graph 0.06, graph 0.08, graph 0.06
set key bmargin center vertical maxcols 1 samplen 3 title ' '
rule(name) = strcol('rule') eq name ? cost(0) : NaN
plot sizes using (column('members') > 1 ? cost(0) : NaN):(percent('top1')) with linespoints lc rgb grey lw 2 pt 5 ps 0.9 \
       title 'normal', \
     '' using (column('members') > 1 ? cost(0) : NaN):(percent('top1')):(sprintf('%d', column('members'))) with labels \
       offset 0.8,-1 tc rgb grey notitle, \
     data using (rule('published')):(percent('top1')) with linespoints lc rgb blue lw 2 pt 7 ps 0.9 \
       title 'flexible, least (R + E) / 2 (published rule)', \
     '' using (rule('published')):(percent('top1')):(sprintf('%d', column('members'))) with labels offset -0.8,0.8 \
       tc rgb blue notitle, \
     '' using (rule('gap')):(percent('top1')) with linespoints lc rgb red lw 2 dt 2 pt 9 ps 0.9 \
       title 'flexible, least cost with gap <= {:g} points', \
     '' using (rule('gap')):(percent('top1')):(sprintf('%d', column('members'))) with labels offset 0.8,-0.9 \
       tc rgb red notitle
)";

constexpr const char* kFrontier = R"(set title 'Accuracy at every cost' . "\n" . about . chosen
set xlabel cost_label
set ylabel 'top-1 accuracy, %'
set xrange [0:*]
set offsets graph 0, graph 0.04, graph 0.04, graph 0.04
set key bmargin center vertical maxcols 1 samplen 3 title ' '
plot sizes using (cost(0)):(percent('top1')) with linespoints lc rgb grey lw 1.5 pt 5 ps 0.8 title 'no exits: first 1 to N members', \
     frontier using (cost(0)):(percent('random_exits_top1')) with lines lc rgb purple lw 2 dt '.-' \
       title 'as many exits at each size, but at random', \
     one using (cost(0)):(percent('top1')) with lines lc rgb orange lw 2 dt 2 title 'one threshold for all sizes', \
     frontier using (cost(0)):(percent('top1')) with lines lc rgb blue lw 2.5 title 'a threshold for each size'{}{}
)";
constexpr const char* kSubsets = R"(, \
     subsets using (column('chosen') == 1 ? cost(0) : NaN):(percent('top1')) with points lc rgb green pt 4 ps 1.2 lw 1.5 \
       title 'best fixed subset (chosen as thresholds are)')";
constexpr const char* kGuaranteed = R"(, \
     guaranteed using (cost(0)):(percent('top1')) with points lc rgb red pt 9 ps 1.6 \
       title 'harm at most the percentage shown, guaranteed at {:g}%', \
     '' using (int(column(0)) % 2 ? NaN : cost(0)):(percent('top1')):(sprintf('%g', percent('harm_limit'))) with labels offset 0,-1 \
       tc rgb red notitle, \
     '' using (int(column(0)) % 2 ? cost(0) : NaN):(percent('top1')):(sprintf('%g', percent('harm_limit'))) with labels offset 0,1 \
       tc rgb red notitle)";

std::string grouped(size_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<size_t>(at), ",");
  return text;
}

std::string head(const FigureSource& source) {
  const std::string column = cost_column(source.unit);
  const bool counted = source.unit == UnitCosts::Unit::multiply_adds;
  std::string text = kHead;
  text += fmt::format("about = {} . ': {} images, {} members'\n", gnuplot_text(source.title),
                      grouped(source.test.images.size()), source.test.sizes());
  text += fmt::format("chosen = \"\\n\" . 'thresholds chosen on {} other images'\n",
                      grouped(source.calibration.images.size()));
  text += fmt::format("cost(unused) = column('{}'){}\n", column, counted ? " / 1e6" : "");
  text += fmt::format("cost_label = '{}'\n", counted ? "multiply-adds per image, millions"
                                             : source.unit == UnitCosts::Unit::ms ? "mean time per image, ms"
                                                                                  : "members per image");
  for (const auto& [variable, file] : {std::pair{"sizes", "accuracy"}, std::pair{"frontier", "frontier"},
                                       std::pair{"one", "one_threshold"}, std::pair{"subsets", "subsets"},
                                       std::pair{"alone", "subsets"}, std::pair{"guaranteed", "guaranteed"}})
    text += fmt::format("{} = '{}-{}.csv'\n", variable, source.name, file);
  return text;
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
  text += fmt::format(fmt::runtime(kMarginsHead), rows, columns, kBelow / height, 1 - kAbove / height,
                      kBetween / height, 50 / images);
  for (size_t p = 0; p < panels; ++p) {
    const SizePoint& size = data.sizes[panels == 1 ? 0 : p * (data.sizes.size() - 1) / (panels - 1)];
    text += fmt::format(
        fmt::runtime(kMarginsPanel), size.members == 1 ? "1 member" : fmt::format("{} members", size.members),
        std::isfinite(size.auroc) ? fmt::format(", AUROC {:.3f}", size.auroc) : "",
        p == 0 ? "set key top left" : "unset key",
        p % columns == 0 ? "set ylabel 'images, %'" : "unset ylabel", size.members, size.members);
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
    file.write(head(source) + fmt::format("data = '{}.csv'\n", name) + body);
    file.commit();
    scripts.push_back({name, width, height});
  };
  add("accuracy", 800, 560, fmt::format(fmt::runtime(kAccuracy), there("subsets") ? kAlone : ""));
  size_t rows = 1;
  const std::string margins = margins_script(source, data, rows);
  add("margins", 1100, margins_height(rows), margins);
  if (there("flexible")) add("flexible", 800, 560, fmt::format(fmt::runtime(kFlexible), 100 * kFlexibleGap));
  if (there("frontier"))
    add("frontier", 900, 680,
        fmt::format(fmt::runtime(kFrontier), there("subsets") ? kSubsets : "",
                    there("guaranteed") ? fmt::format(fmt::runtime(kGuaranteed), 100 * (1 - kDelta)) : ""));
  return scripts;
}

}  // namespace fxe
