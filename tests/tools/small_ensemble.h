// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/tools/command_line.h"

namespace fxe::test {

// Three CIFAR ResNet-8 with random weights, and rendered images to run them on; made once per program.
//   ensemble.json    a, b, c
//   images/          numeric class folders 0 .. 4
//   labels.txt       what the full ensemble answers for most of the images, a wrong class for every third
struct SmallEnsemble {
  static constexpr int kImages = 60;

  Folder folder;
  std::string ensemble, images, labels;

  SmallEnsemble();

  // "fxe eval ensemble images" with these words after it; fails the test unless it succeeds.
  std::vector<Prediction> predictions(std::vector<std::string> words, const std::string& of = "") const;
  std::string predictions_file(std::vector<std::string> words, const std::string& of = "") const;
};
const SmallEnsemble& small_ensemble();

// The value that `share` of these do not exceed, halfway to the next.
double between(std::vector<double> values, double share);

}  // namespace fxe::test
