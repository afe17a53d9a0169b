// SPDX-License-Identifier: Apache-2.0
// What is done with a store's values: replay, calibrate, figures. The input is not the file, whose checksums
// hide most of it from a fuzzer, but its numbers: a byte each for form, members, classes and the request, a
// cost per member, then labels and rows.
#include <cstring>

#include "metareasoner/calibrate/calibration.h"
#include "metareasoner/calibrate/image_split.h"
#include "metareasoner/figures/fixed_subsets.h"
#include "metareasoner/figures/margin_histogram.h"
#include "metareasoner/figures/policy_point.h"
#include "metareasoner/figures/size_curve.h"
#include "metareasoner/figures/threshold_choice.h"
#include "metareasoner/replay/replay_report.h"
#include "metareasoner/replay/subset_search.h"
#include "metareasoner/store/prefix_score.h"
#include "tests/fuzz/store_builder.h"
#include "tests/fuzz/target.h"

namespace fxe::fuzz {

namespace {

constexpr size_t kMostImages = 150;  // three blocks

// Bytes of the input, zeros after its end.
class Source {
 public:
  explicit Source(Bytes bytes) : left_(bytes) {}
  template <class T>
  T take() {
    T value{};
    copy(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  size_t below(size_t count) { return take<uint8_t>() % count; }
  void copy(std::span<std::byte> to) {
    const size_t n = std::min(to.size(), left_.size());
    if (n > 0) std::memcpy(to.data(), left_.data(), n);
    left_ = left_.subspan(n);
  }
  size_t left() const { return left_.size(); }

 private:
  Bytes left_;
};

struct Case {
  std::vector<std::byte> file;  // mapped files begin at a page
  size_t choice;
  std::vector<double> costs;

  explicit Case(Bytes input) {
    Source source(input);
    StoreHeader header{.ensemble = "e", .fingerprint = "f", .device = "cpu", .precision = "fp32"};
    header.form = std::array{StoreForm::fp32, StoreForm::fp16, StoreForm::compact}[source.below(3)];
    const size_t members = 1 + source.below(4);
    header.classes = static_cast<int64_t>(1 + source.below(6));
    choice = source.below(256);
    header.combine = choice & 128 ? Combine::probabilities : Combine::logits;
    for (size_t m = 0; m < members; ++m) {
      header.members.push_back({.name = "m" + std::to_string(m), .model_sha256 = "00", .multiply_adds = 7});
      costs.push_back(source.take<double>());
    }
    const size_t row = header.layout(0).row_bytes * header.layout(0).slabs;
    const size_t images = std::min(source.left() / (row + 1), kMostImages);
    for (size_t i = 0; i < images; ++i) {
      header.paths.push_back(std::to_string(i));
      header.labels.push_back(static_cast<int32_t>(source.below(static_cast<size_t>(header.classes) + 1)) -
                              1);
    }
    uint64_t image = 0;
    file = build_store(header, [&](std::span<std::byte> payload, bool entries) {
      if (!entries) return source.copy(payload);
      for (size_t at = 0; at + StoreLayout::kHash <= payload.size() * 8 / 9;
           at += StoreLayout::kHash, ++image)
        std::memcpy(payload.data() + at, &image, sizeof(image));  // no image is another
    });
  }
  Store store() const { return Store::read(file, nullptr, "store"); }
  CostTable table(const Store& s) const {
    std::vector<std::string> names;
    for (const auto& m : s.header().members) names.push_back(m.name);
    return choice & 64 ? CostTable() : CostTable::per_image(names, costs);
  }
};

ReplaySignal signal_of(size_t choice) {
  return std::array{ReplaySignal::margin, ReplaySignal::raw_margin, ReplaySignal::top1, ReplaySignal::entropy,
                    ReplaySignal::agreement}[choice % 5];
}

void run_replay(Bytes input) {
  const Case c(input);
  const Store store = c.store();
  const CostTable costs = c.table(store);
  const OperatingPoint order = recorded_order(store.header());
  const Trace trace = Trace::of(store, order, PrefixDetail::all, 2);
  const std::vector<double> thresholds(trace.sizes() - 1, static_cast<double>(c.choice % 7) / 6);
  const Replayed full = replay(store, trace, order.thresholds, ReplaySignal::margin, costs, 8);
  const Replayed policy = replay(store, trace, thresholds, signal_of(c.choice), costs, 8);
  if (policy.evaluation.images() > 0) report(store, trace, signal_of(c.choice), policy, full);
  if (!store.is_compact()) {
    const UnitCosts unit = unit_costs(store, order, costs, 8);
    search_subsets(store, order, unit.of_member, unit.cumulative().back() / 2, 2, {});
  }
}

void run_calibrate(Bytes input) {
  static constexpr std::array kObjectives{"gap<=0.1pt", "gap<=50pt", "time<=5ms", "harm<=50pt@50%",
                                          "published,alpha=0.5"};
  const Case c(input);
  const Store store = c.store();
  const Objective objective = parse_objective(kObjectives[c.choice % kObjectives.size()]);
  const OperatingPoint order = recorded_order(store.header());
  const Trace trace = Trace::of(store, order, PrefixDetail::all, 2);
  const auto full = full_answers(trace);
  const UnitCosts costs = unit_costs(store, order, c.table(store), 8);
  double full_cost = 0;
  for (const double cost : costs.of_member) full_cost += cost;
  const auto images = usable_images(store, objective.loss);
  if (images.size() < 2 || trace.sizes() < 2) throw bad_input("nothing to choose");
  const CalibrationData data{store, trace, signal_of(c.choice), full, costs, full_cost, {.count = 5}, 2};
  for (const Calibrated& found : calibrate(data, objective, images, images))
    if (found.thresholds.size() + 1 != trace.sizes())
      throw std::logic_error("thresholds of another ensemble");
}

void run_figures(Bytes input) {
  const Case c(input);
  const Store store = c.store();
  const OperatingPoint order = recorded_order(store.header());
  const FigureImages images{&store, Trace::of(store, order, PrefixDetail::decision, 2),
                            usable_images(store, LossKind::gap),
                            unit_costs(store, order, c.table(store), 1).cumulative()};
  if (images.images.size() < 2) throw bad_input("too few images");
  size_curve(images);
  int64_t counted = 0;
  for (const MarginBin& bin : margin_histograms(images, 20)) counted += bin.right + bin.wrong;
  if (counted != static_cast<int64_t>(images.images.size() * images.sizes()))
    throw std::logic_error("an image is in no bin, or in two");
  if (images.sizes() == 1) return;
  const ThresholdChoice choice(images, images.sizes(), 2);
  choice.published();
  policy_point(images, choice.within(0.001));
  choice.frontier();
  guaranteed_points(images, {0.01, 0.5}, 0.5, 1, 2);
  if (!store.is_compact()) all_subsets(images, 2);
}

// Rows as a recorder writes them.
std::string seed(uint8_t form, uint8_t members, uint8_t classes, uint8_t choice, size_t images) {
  std::string text{static_cast<char>(form), static_cast<char>(members - 1), static_cast<char>(classes - 1),
                   static_cast<char>(choice)};
  const auto put = [&](auto value) { text.append(reinterpret_cast<const char*>(&value), sizeof(value)); };
  for (int m = 0; m < members; ++m) put(1.0 + m);
  for (size_t i = 0; i < images; ++i) text += static_cast<char>(1 + i % classes);
  for (size_t i = 0; i < images * members; ++i) {
    if (form == 2) {
      const float p1 = classes == 1 ? 1 : 0.55f + 0.4f * static_cast<float>(i % 11) / 11;
      put(PrefixScore{static_cast<int32_t>(i % classes), p1, classes == 1 ? 0 : 1 - p1, 2, 1, 0.5f, 1, 0, p1,
                      1});
      continue;
    }
    for (size_t k = 0; k < classes; ++k) {
      const float logit = static_cast<float>((i * 7 + k * k * 3) % 13) / 3 - 2;
      if (form == 0)
        put(logit);
      else
        put(static_cast<uint16_t>(0x3c00 + (i * 37 + k * 91) % 1024));  // 1 to 2
    }
  }
  return text;
}

std::vector<std::string> seeds() {
  return {seed(0, 3, 4, 0, 30),  seed(0, 2, 3, 1, 70), seed(1, 2, 5, 2, 20),   seed(2, 3, 4, 3, 30),
          seed(2, 2, 3, 64, 10), seed(0, 1, 3, 4, 10), seed(0, 4, 2, 131, 40), seed(0, 2, 1, 1, 5)};
}

}  // namespace

Target replay_store() { return {"replay_store", 4096, run_replay, seeds}; }
Target calibrate_store() { return {"calibrate_store", 4096, run_calibrate, seeds}; }
Target figures_store() { return {"figures_store", 4096, run_figures, seeds}; }

}  // namespace fxe::fuzz
