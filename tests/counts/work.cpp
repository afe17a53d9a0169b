// SPDX-License-Identifier: Apache-2.0
// Runs our own time-critical code N times, for callgrind: the cost of one time is a difference of two runs.
//   count_work tail | resize | replay N
#include <fmt/format.h>

#include <cstdlib>
#include <numeric>
#include <string>

#include "engine/input/preprocess_presets.h"
#include "kernels/tail/tail.h"
#include "metareasoner/replay/replay.h"
#include "tests/engine/image/picture.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

// 1000 classes, 64 images, second stage of two that all images reach.
void run_tail(int times) {
  constexpr int32_t kClasses = 1000, kImages = 64;
  Random random(1, "tail");
  const auto logits = normals(random, size_t{kClasses} * kImages);
  std::vector<float> mean(logits.size()), weight_sum(kImages);
  std::vector<RowResult> results(kImages);
  std::vector<int32_t> live(kImages);
  const TailStage stage{.threshold = 0.5f, .weight = 1, .temperature = 1, .next_member_ns = 0};
  for (int i = 0; i < times; ++i) {
    std::iota(live.begin(), live.end(), 0);
    int32_t live_count = kImages;
    TailArguments a;
    a.classes = kClasses;
    a.logits = logits.data();
    a.mean = mean.data();
    a.weight_sum = weight_sum.data();
    a.results = results.data();
    a.live = live.data();
    a.live_count = &live_count;
    a.stage_parameters = &stage;
    run_tail_cpu(a, 0);
  }
}

void run_resize(int times) {
  const Preprocess preset = parse_preprocess("torchvision-224", "count_work");
  const Image image = random_picture(500, 375, 1);
  std::vector<float> out(preset.elements());
  Preprocessor preprocessor;
  for (int i = 0; i < times; ++i) preprocessor.run(preset, image, out);
}

// The decisions of a policy on 20,000 images with 8 prefixes each.
void run_replay(int times) {
  constexpr size_t kImages = 20'000, kSizes = 8, kClasses = 1000;
  Random random(1, "replay");
  std::vector<PrefixScore> prefixes(kImages * kSizes);
  for (auto& p : prefixes) {
    p.label = static_cast<int32_t>(random.integer(0, kClasses - 1));
    p.p1 = 0.5f + 0.5f * static_cast<float>(random.integer(0, 1000)) / 1000;
    p.p2 = 1 - p.p1;
    p.scored = 1;
  }
  const std::vector<float> thresholds(kSizes - 1, 0.8f);
  int64_t members = 0;
  for (int i = 0; i < times; ++i)
    for (size_t image = 0; image < kImages; ++image)
      members += decide(std::span(prefixes).subspan(image * kSizes, kSizes), thresholds, ReplaySignal::margin,
                        kClasses)
                     .members;
  if (members < 0) std::abort();
}

}  // namespace
}  // namespace fxe::test

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string what = argv[1];
  const int times = std::atoi(argv[2]);
  if (what == "tail")
    fxe::test::run_tail(times);
  else if (what == "resize")
    fxe::test::run_resize(times);
  else if (what == "replay")
    fxe::test::run_replay(times);
  else
    return fmt::print(stderr, "count_work: expected tail, resize or replay, found {}\n", what), 2;
}
