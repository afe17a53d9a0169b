// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/temperature_fit.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "kernels/tail/rules.h"
#include "metareasoner/replay/for_each_block.h"

namespace fxe {

namespace {

constexpr double kLeast = 1.0 / 64, kMost = 64;  // for 1 / T
constexpr int kSteps = 30;
constexpr size_t kMostImages = 10'000;

// First and second derivative in b = 1 / T of the sum of -log softmax(b z)[label].
struct Slope {
  double first = 0, second = 0;
  int64_t rows = 0;

  void add(std::span<const float> z, size_t label, double b) {
    const float most = *std::max_element(z.begin(), z.end());
    if (!std::all_of(z.begin(), z.end(), [](float v) { return tail::is_finite(v); })) return;
    double sum = 0, mean = 0, square = 0;
    for (const float v : z) {
      const double d = static_cast<double>(v) - static_cast<double>(most);
      const double e = std::exp(b * d);
      sum += e;
      mean += e * d;
      square += e * d * d;
    }
    mean /= sum;
    first += mean - (static_cast<double>(z[label]) - static_cast<double>(most));
    second += square / sum - mean * mean;
    ++rows;
  }
};

// Per member, at these values of 1 / T; members with `done` set are skipped.
std::vector<Slope> slopes(const Store& store, const std::vector<int>& members,
                          const std::vector<std::vector<size_t>>& by_block, const std::vector<double>& b,
                          const std::vector<char>& done, int threads) {
  std::vector<std::vector<Slope>> by_worker(static_cast<size_t>(threads), std::vector<Slope>(members.size()));
  std::vector<std::vector<float>> scratch(static_cast<size_t>(threads));
  for_each_block(store.blocks(), threads, [&](size_t worker, size_t block) {
    if (by_block[block].empty()) return;
    for (size_t k = 0; k < members.size(); ++k) {
      if (done[k]) continue;
      const auto rows = store.logits(block, static_cast<size_t>(members[k]), scratch[worker]);
      for (const size_t i : by_block[block])
        by_worker[worker][k].add(
            rows.subspan((i - store.first_image(block)) * store.classes(), store.classes()),
            static_cast<size_t>(store.header().labels[i]), b[k]);
    }
  });
  for (size_t w = 1; w < by_worker.size(); ++w)
    for (size_t k = 0; k < members.size(); ++k) {
      by_worker[0][k].first += by_worker[w][k].first;
      by_worker[0][k].second += by_worker[w][k].second;
      by_worker[0][k].rows += by_worker[w][k].rows;
    }
  return by_worker[0];
}

}  // namespace

std::vector<double> fit_temperatures(const Store& store, const std::vector<int>& members,
                                     std::span<const size_t> images, int threads) {
  if (store.is_compact())
    throw bad_input("{}: a compact store has no logits to fit temperatures to; record without --compact",
                    store.path().string());
  std::vector<std::vector<size_t>> by_block(store.blocks());
  const size_t stride = std::max<size_t>(1, images.size() / kMostImages);
  for (size_t n = 0; n < images.size(); n += stride) {
    const size_t i = images[n];
    if (store.readable(i) && store.header().labels[i] >= 0)
      by_block[i / StoreLayout::kBlockImages].push_back(i);
  }
  std::vector<double> b(members.size(), 1), low(members.size(), kLeast), high(members.size(), kMost);
  std::vector<char> done(members.size(), 0);
  for (int step = 0; step < kSteps && std::find(done.begin(), done.end(), 0) != done.end(); ++step) {
    const auto found = slopes(store, members, by_block, b, done, threads);
    for (size_t k = 0; k < members.size(); ++k) {
      if (done[k]) continue;
      const Slope& s = found[k];
      if (s.rows == 0) {
        done[k] = 1;
        continue;
      }
      (s.first > 0 ? high[k] : low[k]) = b[k];
      // A Newton step, kept within the bracket that the slopes leave so far.
      double next = s.second > 0 ? b[k] - s.first / s.second : b[k];
      if (!(next > low[k] && next < high[k])) next = std::sqrt(low[k] * high[k]);
      done[k] = std::abs(next - b[k]) < 1e-7 * b[k];
      b[k] = next;
    }
  }
  for (double& v : b) v = std::round(1e4 / v) / 1e4;  // the same however threads shared the sums
  return b;
}

}  // namespace fxe
