// SPDX-License-Identifier: Apache-2.0
// The published CIFAR-10 ResNets on real images, against PyTorch: cifar_peer.py, which can also run all
// 10,000 images by hand.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/input/loader.h"
#include "layers/optimize.h"
#include "layers/reference/error_correlation.h"
#include "layers/run_plan.h"
#include "runtime/model_loader.h"
#include "tests/support/compare.h"
#include "tests/support/sanitized.h"
#include "tests/tools/command_line.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

constexpr size_t kClasses = 10;
// How many images are compared with the double-precision reference, which takes long under a sanitizer.
constexpr size_t kWithBound = kSanitized ? 1 : 4;

// What the peer wrote, once for this program; `reason` says why there is nothing.
struct Peer {
  Folder folder;
  std::string reason, images = folder / "images";

  Peer() {
    const fs::path data = shared_data();
    const std::string python = python_with("torch, numpy, PIL");
    if (!fs::exists(data / "cifar10/cifar10_jpg.tar.gz"))
      reason = "no cifar10 in " + data.string() + " (set FXE_DATA)";
    else if (python.empty())
      reason = "no Python with torch, numpy and PIL";
    else if (const auto run =
                 script_outcome(python, "tools/cifar_peer.py", {data.string(), folder.path(), "1"});
             run.code != 0)
      ADD_FAILURE() << run.out;
  }

  std::vector<float> logits(const std::string& network) const {
    const std::string bytes = read_text(folder / (network + ".f32"));
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
  }
  double delta(const std::string& network) const { return read_json(folder / "delta.json").at(network); }
};
const Peer& peer() {
  static const Peer made;
  return made;
}

// The first `count` images as fxe prepares them.
std::vector<float> prepared_images(size_t count) {
  const Dataset dataset = open_dataset(peer().images);
  Loader loader(dataset, {parse_preprocess("cifar-32", "test")}, 1, 4, 0, count);
  std::vector<float> values;
  while (const auto* item = loader.next()) {
    EXPECT_EQ(item->error, "");
    const auto input = as_floats(item->inputs[0]);
    values.insert(values.end(), input.begin(), input.end());
  }
  return values;
}

// p[first] - p[second] of softmax(z), and how far z[first] is above z[second].
struct Margin {
  int best;
  double margin, apart;
};
Margin margin_of(const float* z) {
  const auto best = static_cast<size_t>(std::max_element(z, z + kClasses) - z);
  double sum = 0, second = -INFINITY;
  for (size_t i = 0; i < kClasses; ++i) {
    sum += std::exp(static_cast<double>(z[i]) - z[best]);
    if (i != best) second = std::max(second, static_cast<double>(z[i]));
  }
  return {static_cast<int>(best), (1 - std::exp(second - z[best])) / sum, z[best] - second};
}

struct CifarNetwork {
  const char *name, *file;
};
void PrintTo(const CifarNetwork& network, std::ostream* to) { *to << network.name; }

class Cifar : public testing::TestWithParam<CifarNetwork> {
 protected:
  void SetUp() override {
    if (!peer().reason.empty()) GTEST_SKIP() << peer().reason;
  }
  std::string model() const { return (shared_data() / "cifar10/weights" / GetParam().file).string(); }
};

TEST_P(Cifar, LogitsAreThoseOfPyTorchWithinTheDerivedBound) {
  const Model network = optimize(load_model(model(), "").model);
  const auto input = prepared_images(kWithBound);
  auto reference = reference_network(network, input, kWithBound);
  widen_by_correlation(reference, network, input, kWithBound);
  const auto bound = [&](size_t i) { return reference.bound(i); };
  auto torch = peer().logits(GetParam().name);
  torch.resize(kWithBound * kClasses);
  const auto theirs = compare(torch, reference.logits, bound);
  EXPECT_TRUE(theirs) << "PyTorch: " << theirs.message;
  const auto backend = make_cpu_backend(1);
  const auto ours = compare(run_model(network, *backend, input, kWithBound), reference.logits, bound);
  EXPECT_TRUE(ours) << "fxe: " << ours.message;

  double largest = 0;
  for (size_t i = 0; i < reference.logits.size(); ++i) largest = std::max(largest, bound(i));
  fmt::print("{} on {} images: logits within {:.1e}; of its bounds fxe uses {:.0f}%, PyTorch {:.0f}%\n",
             GetParam().name, kWithBound, largest, ours.percent_of_bound, theirs.percent_of_bound);
  EXPECT_LE(4 * largest, peer().delta(GetParam().name)) << "cifar_peer.py: DELTA is too small";
}

TEST_P(Cifar, EvalGivesPyTorchsClassesAndMargins) {
  Folder out;
  const auto run = fxe({"eval", model(), peer().images, "--batch", "8", "--threads", "1", "--quiet",
                        "--predictions", out / "p.csv"});
  ASSERT_EQ(run.code, 0) << run.err;
  const auto rows = read_predictions(out / "p.csv");
  const auto torch = peer().logits(GetParam().name);
  ASSERT_EQ(rows.size(), kClasses);
  ASSERT_EQ(torch.size(), rows.size() * kClasses);
  const double delta = peer().delta(GetParam().name);
  for (size_t i = 0; i < rows.size(); ++i) {
    const Margin expected = margin_of(&torch[i * kClasses]);
    EXPECT_EQ(rows[i].label, static_cast<int>(i)) << rows[i].path;
    EXPECT_NEAR(rows[i].margin, expected.margin, 2 * delta) << rows[i].path;
    if (expected.apart > 2 * delta) {
      EXPECT_EQ(rows[i].predicted, expected.best) << rows[i].path;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Cifar,
                         testing::Values(CifarNetwork{"resnet20", "resnet20-12fca82f.th"},
                                         CifarNetwork{"resnet32", "resnet32-d509ac18.th"},
                                         CifarNetwork{"resnet44", "resnet44-014dd654.th"}));

}  // namespace
}  // namespace fxe::test
