// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/calibration_images.h"

#include "engine/error.h"
#include "metareasoner/calibrate/image_split.h"
#include "metareasoner/store/store_ensemble.h"

namespace fxe {

namespace {

constexpr double kFitShare = 0.5;

std::vector<size_t> readable_images(const Store& store) {
  std::vector<size_t> images;
  for (size_t i = 0; i < store.images(); ++i)
    if (store.readable(i)) images.push_back(i);
  return images;
}

void check_same_ensemble(const Store& a, const Store& b) {
  const auto& fa = a.header().fingerprint;
  const auto& fb = b.header().fingerprint;
  const bool same = fa.empty() || fb.empty() ? member_names(a) == member_names(b) : fa == fb;
  if (!same || a.classes() != b.classes())
    throw bad_input(
        "{}: of another ensemble ('{}') than {} ('{}'): members, models, networks, preprocessing or classes "
        "differ",
        b.path().string(), b.header().ensemble, a.path().string(), a.header().ensemble);
}

void check_overlap(const Store& store, const Store& test, bool allowed, ChosenImages& chosen) {
  if (allowed && store.header().content != test.header().content) return;
  const auto common = overlap(test, store);
  chosen.overlap = common.size();
  if (!common.empty() && !allowed)
    throw bad_input(
        "{}: {} of its {} images are in {} too, such as {}; thresholds would be tested on what they were "
        "chosen on. Test on other images, use --split, or say --allow-overlap",
        test.path().string(), common.size(), test.images(), store.path().string(),
        test.header().paths[common.front()]);
}

}  // namespace

ChosenImages choose_images(const Store& store, const ImageChoice& choice, bool fits) {
  ChosenImages c;
  c.seed = choice.seed;
  c.swapped = choice.swap;
  std::vector<size_t> calibration = readable_images(store);
  if (choice.share) {
    c.share = *choice.share;
    ImageSplit parts = split_by_content(store, calibration, c.share, c.seed, "test");
    if (c.swapped) std::swap(parts.first, parts.second);
    calibration = parts.first;
    c.parts.test = parts.second;
    c.parts.test_store = &store;
    if (calibration.empty() || c.parts.test.empty())
      throw bad_input("--split: {} of {} images leaves one part without images", c.share, store.images());
  }
  if (!choice.test.empty()) {
    c.test_store = std::make_unique<Store>(Store::open(choice.test));
    check_same_ensemble(store, *c.test_store);
    check_overlap(store, *c.test_store, choice.allow_overlap, c);
    c.parts.test = readable_images(*c.test_store);
    c.parts.test_store = c.test_store.get();
    if (c.parts.test.empty())
      throw bad_input("{}: none of its images could be read when it was recorded", choice.test);
  }
  c.parts.fit = c.parts.judged = calibration;
  if (fits) {
    ImageSplit parts = split_by_content(store, calibration, kFitShare, c.seed, "fit");
    c.parts.fit = parts.first;
    c.parts.judged = parts.second;
  }
  if (c.parts.fit.empty() || c.parts.judged.empty())
    throw bad_input("{}: {} readable images are too few to calibrate on", store.path().string(),
                    calibration.size());
  return c;
}

}  // namespace fxe
