// SPDX-License-Identifier: Apache-2.0
// Ensembles and networks on the GPU in all its settings: each image's answer and number of members equal the
// CPU engine's wherever its margins leave no doubt, and within one precision they are the same in every
// setting. The test run covers every pair of settings; FXE_SIM_ALL=1 runs all settings, on 200 images.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "engine/input/loader.h"
#include "layers/optimize.h"
#include "layers/reference/error_correlation.h"
#include "runtime/model_loader.h"
#include "tests/paths.h"
#include "tests/simulated_device/sweep_settings.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

// The range of a margin if each logit is off by at most `delta`. The margin changes by at most
// |dm| <= (1 - m) (p1 + p2 + m) delta <= (1 - m^2) delta, so artanh(m) changes by at most delta.
struct Range {
  double low, high;
  bool contains(double margin) const { return low <= margin && margin <= high; }
};
Range around(double margin, double delta) {
  constexpr double kRounding = 0x1p-20;  // of two probabilities and their difference, in fp32
  const double at = std::atanh(std::min(margin, 1 - kRounding));
  return {std::tanh(at - delta) - kRounding, margin >= 1 - kRounding ? 1 : std::tanh(at + delta) + kRounding};
}

// A test subject: every member's model and preprocessing, and the policy.
struct Subject {
  std::string name, ensemble, images;
  std::vector<double> thresholds;  // after 1, 2, ... members
  std::vector<Model> members;
  std::vector<Preprocess> preprocess;

  Subject(std::string name_of, std::string file, std::string folder)
      : name(std::move(name_of)), ensemble(std::move(file)), images(std::move(folder)) {
    const auto json = read_json(ensemble);
    for (const auto& m : json["members"]) {
      const fs::path path = fs::path(ensemble).parent_path() / m["model"].get<std::string>();
      members.push_back(optimize(load_model(path, m.value("network", "")).model));
      preprocess.push_back(parse_preprocess(m["preprocess"], name));
    }
  }

  int size() const { return static_cast<int>(members.size()); }
  double threshold(int after) const { return thresholds.at(static_cast<size_t>(after) - 1); }
  std::string policy() const {
    return thresholds.empty() ? "full" : fmt::format("t:{}", fmt::join(thresholds, ","));
  }
};

// The largest error of a logit in this precision by the bound of `fxe check` on the first image, doubled
// because other images may have larger values. The mean of members is no farther off than the worst of
// them.
double largest_bound(const Subject& subject, Precision precision) {
  const Dataset dataset = open_dataset(subject.images);
  const auto rounding = LayerReference::rounding(precision);
  double largest = 0;
  for (size_t m = 0; m < subject.members.size(); ++m) {
    Loader loader(dataset, {subject.preprocess[m]}, 1, 1, 0, 1);
    const auto input = as_floats(loader.next()->inputs[0]);
    auto reference = reference_network(subject.members[m], input, 1, rounding);
    widen_by_correlation(reference, subject.members[m], input, 1, rounding);
    for (size_t i = 0; i < reference.logits.size(); ++i) largest = std::max(largest, reference.bound(i));
  }
  return 2 * largest;
}

class SimulatedSweep : public testing::Test {
 protected:
  SimulatedSweep() { setenv("FXE_CACHE", (folder_ / "plans").c_str(), 1); }
  ~SimulatedSweep() override { unsetenv("FXE_CACHE"); }

  std::string rendered_images() {
    const std::string images = folder_ / "images";
    const std::string command = fmt::format("'{}/render_demo' '{}' --count {} --seed 1 >/dev/null",
                                            FXE_BINARY_DIR, images, run_all() ? 200 : 40);
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
    return images;
  }

  std::vector<Prediction> eval(const Subject& subject, std::vector<std::string> words) {
    words.insert(words.begin(), {"eval", subject.ensemble, subject.images});
    words.insert(words.end(), {"--threads", "1", "--quiet", "--predictions", folder_ / "p.csv"});
    const Outcome outcome = fxe(words);
    EXPECT_EQ(outcome.code, 0) << fmt::format("{}", fmt::join(words, " ")) << "\n" << outcome.err;
    return outcome.code == 0 ? read_predictions(folder_ / "p.csv") : std::vector<Prediction>{};
  }

  void answer_on_the_cpu(const Subject& subject, int images = 0) {
    for (size_t k = 1; k <= subject.members.size(); ++k)
      cpu_.push_back(eval(subject, {"--device", "cpu", "--batch", "7", "--limit", std::to_string(images),
                                    "--policy", fmt::format("first:{}", k)}));
  }
  const Prediction& cpu(int members, size_t image) const {
    return cpu_.at(static_cast<size_t>(members) - 1).at(image);
  }

  // Results of one precision.
  struct Seen {
    double delta = 0;                                      // a logit may be off by
    double flips = 0;                                      // and in another setting
    std::map<std::string, std::vector<Prediction>> first;  // by tail, of the setting that ran first
    int rows = 0, decided = 0;                             // by the CPU's margins
    int members = 0, predicted = 0;                        // other than the CPU's
    double furthest = 0;                                   // a margin's artanh from the CPU's
  };

  void sweep(const Subject& subject, std::vector<Setting> settings) {
    // Those on the most images come first, because the others are compared with them.
    std::ranges::stable_sort(settings, std::greater(), &Setting::images);
    const double own = largest_bound(subject, Precision::fp32);  // the CPU's
    std::map<std::string, Seen> by_precision;
    std::set<int> members;
    for (const Setting& s : settings) {
      Seen& seen = by_precision[s.precision];
      if (seen.rows == 0) {
        const double bound = largest_bound(subject, parse_precision(s.precision));
        seen.delta = own + bound;
        seen.flips = 2 * std::sqrt(own * bound);
      }
      auto words = s.words();
      words.insert(words.end(), {"--device", "cuda", "--policy", subject.policy()});
      const std::string how = fmt::format("{}: {}", subject.name, fmt::join(words, " "));
      const auto rows = eval(subject, words);
      ASSERT_EQ(rows.size(), static_cast<size_t>(s.images)) << how;
      std::vector<Prediction>& first = seen.first[s.tail];
      for (size_t i = 0; i < rows.size(); ++i) {
        const std::string where = how + ": " + rows[i].path;
        expect_as_on_the_cpu(subject, rows[i], i, seen, where);
        if (!first.empty()) expect_same(subject, rows[i], first.at(i), seen.flips, where);
        members.insert(rows[i].members);
      }
      if (first.empty()) first = rows;
      if (HasFailure()) return;
    }
    EXPECT_GE(members.size(), std::min<size_t>(3, static_cast<size_t>(subject.size())))
        << "images must stop everywhere";
    for (const auto& [precision, seen] : by_precision)
      fmt::print(
          "{} {}: {} answers, {} left no doubt; other than the CPU's: members {}, predicted {}; artanh of "
          "margins within {:.2g}, {:.2g} allowed\n",
          subject.name, precision, seen.rows, seen.decided, seen.members, seen.predicted, seen.furthest,
          seen.delta);
  }

  // Whether the CPU's margins after each member lead to this answer.
  void expect_as_on_the_cpu(const Subject& subject, const Prediction& row, size_t image, Seen& seen,
                            const std::string& where) {
    const int all = subject.size();
    ASSERT_EQ(row.status, "ok") << where;
    ASSERT_TRUE(row.members >= 1 && row.members <= all) << where;
    for (int k = 1; k < row.members; ++k)
      EXPECT_LE(around(cpu(k, image).margin, seen.delta).low, subject.threshold(k))
          << where << " went on after " << k;
    const Prediction& last = cpu(row.members, image);
    const Range range = around(last.margin, seen.delta);
    EXPECT_TRUE(row.members == all || range.high > subject.threshold(row.members))
        << where << " stopped after " << row.members;
    EXPECT_TRUE(range.contains(row.margin))
        << where << ": margin " << row.margin << ", the CPU's " << last.margin;
    EXPECT_TRUE(range.low <= 0 || row.predicted == last.predicted) << where;

    int stops = 1;  // after so many on the CPU
    while (stops < all && cpu(stops, image).margin <= subject.threshold(stops)) ++stops;
    bool doubt =
        around(cpu(stops, image).margin, seen.delta).low <= (stops < all ? subject.threshold(stops) : 0);
    for (int k = 1; k < stops; ++k)
      doubt |= around(cpu(k, image).margin, seen.delta).high > subject.threshold(k);
    ++seen.rows;
    seen.decided += !doubt;
    seen.members += row.members != stops;
    seen.predicted += row.predicted != cpu(stops, image).predicted;
    if (last.margin < 0.9 && row.margin < 0.9)  // where fp32 resolves it
      seen.furthest = std::max(seen.furthest, std::abs(std::atanh(row.margin) - std::atanh(last.margin)));
  }

  // Settings of one precision and tail (a fused tail may not store values between its layers) differ only in
  // the order of fp32 sums, and so in how a value close to a midpoint is rounded when it is stored. An error
  // e of a sum changes that, by the storing error u, with probability e / u: the mean square is e u. So the
  // bound is the geometric mean of fp32's and the precision's, for each of the two.
  void expect_same(const Subject& subject, const Prediction& row, const Prediction& first, double delta,
                   const std::string& where) {
    const Prediction& sooner = row.members < first.members ? row : first;
    const Range range = around(sooner.margin, delta);
    if (row.members != first.members) {
      EXPECT_LE(range.low, subject.threshold(sooner.members))
          << where << ": " << row.members << " members, " << first.members << " before";
      return;
    }
    EXPECT_TRUE(range.contains(row.margin))
        << where << ": margin " << row.margin << ", " << first.margin << " before";
    EXPECT_TRUE(range.low <= 0 || row.predicted == first.predicted) << where;
  }

  Folder folder_;
  std::vector<std::vector<Prediction>> cpu_;  // by members
};

TEST_F(SimulatedSweep, TheDemosTrainedNetworks) {
  Subject demo("demo", FXE_SOURCE_DIR "/demo/ensemble.json", rendered_images());
  demo.thresholds.assign(demo.members.size() - 1, 0.9);
  answer_on_the_cpu(demo);
  sweep(demo, run_all() ? all_settings() : covering(all_settings()));
}

// CIFAR ResNets with random weights.
TEST_F(SimulatedSweep, CifarResNetsOfSeveralDepths) {
  std::vector<std::string> init = {"init"};
  for (const char* network : {"cifar_resnet8", "cifar_resnet20", "cifar_resnet32"}) {
    init.push_back(folder_ / (std::string(network) + ".safetensors"));
    write_member(init.back(), network, 1, "linear.weight", 3.0f);
  }
  init.insert(init.end(), {"-o", folder_ / "ensemble.json"});
  ASSERT_EQ(fxe(init).code, 0);
  Subject cifar("CIFAR ResNets", folder_ / "ensemble.json", rendered_images());
  answer_on_the_cpu(cifar);
  for (size_t k = 0; k + 1 < cpu_.size(); ++k) {  // half of the images stop
    std::vector<double> margins;
    for (const Prediction& row : cpu_[k]) margins.push_back(row.margin);
    cifar.thresholds.push_back(between(margins, 0.5));
  }
  std::vector<Setting> settings = all_settings();
  if (!run_all())
    std::erase_if(settings, [](const Setting& s) {
      return s.precision != "fp32" || s.control != "device" || s.tail != "fused";
    });
  sweep(cifar, settings);
}

// A trained network on photographs.
TEST_F(SimulatedSweep, MobileNetOnPhotographs) {
  const fs::path data = fs::absolute(shared_data() / "imagenet");
  if (!fs::exists(data / "val800/val.txt"))
    GTEST_SKIP() << "no imagenet in " << shared_data() << " (set FXE_DATA)";
  write_text(folder_ / "mobilenet.json", fmt::format(R"({{"schema": "fxe.ensemble/1", "name": "mobilenet",
    "classes": "{0}/synset_words.txt", "combine": "logits",
    "members": [{{"name": "mobilenet", "model": "{0}/weights/mobilenet_v1_0.5_160.onnx", "preprocess": {{
      "resize": {{"to": 160, "side": "both", "filter": "bilinear", "antialias": true}}, "crop": 160, "channels": "rgb",
      "scale": 1, "mean": [128, 128, 128], "std": [128, 128, 128]}}}}]}})",
                                                     data.string()));
  Subject mobilenet("MobileNet v1 0.5", folder_ / "mobilenet.json", (data / "val800").string());
  answer_on_the_cpu(mobilenet, 20);
  std::vector<Setting> settings;
  for (const char* precision : {"fp32", "tf32", "fp16", "bf16"})
    if (run_all() || settings.empty())
      settings.push_back({precision, "device", "graph", "1", "fused", "8", 20});
  sweep(mobilenet, settings);
}

}  // namespace
}  // namespace fxe::test
