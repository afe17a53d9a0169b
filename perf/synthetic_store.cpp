// SPDX-License-Identifier: Apache-2.0
#include "perf/synthetic_store.h"

#include <fmt/format.h>

#include <random>
#include <vector>

#include "metareasoner/store/store_writer.h"

namespace fxe::perf {

void make_synthetic_store(const std::filesystem::path& path, size_t images, size_t members, size_t classes) {
  StoreHeader h;
  h.ensemble = "synthetic";
  h.device = h.precision = "none";
  h.classes = static_cast<int64_t>(classes);
  for (size_t m = 0; m < members; ++m)
    h.members.push_back({.name = fmt::format("m{}", m), .multiply_adds = 1'000'000});
  std::mt19937 random(1);
  for (size_t i = 0; i < images; ++i) {
    h.paths.push_back(fmt::format("{:08}", i));
    h.labels.push_back(static_cast<int32_t>(random() % classes));
  }
  StoreWriter writer(path, h);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> noise(1 << 20);
  for (float& v : noise) v = normal(random);
  std::vector<float> logits(members * classes);
  for (size_t i = 0; i < images; ++i) {
    const float ease = 2 * normal(random);  // of the image, for all members
    for (float& v : logits) v = noise[random() % noise.size()];
    for (size_t m = 0; m < members; ++m) logits[m * classes + static_cast<size_t>(h.labels[i])] += 7 + ease;
    writer.append({}, logits);
  }
  writer.finish();
}

}  // namespace fxe::perf
