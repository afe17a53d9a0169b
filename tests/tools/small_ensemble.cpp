// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/small_ensemble.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace fxe::test {

namespace {

void must(const Outcome& outcome, int code) {
  if (outcome.code != code) throw std::runtime_error("fxe failed: " + outcome.err);
}

}  // namespace

SmallEnsemble::SmallEnsemble()
    : ensemble(folder / "ensemble.json"), images(folder / "images"), labels(folder / "labels.txt") {
  std::vector<std::string> init = {"init"};
  for (int i = 0; i < 3; ++i) {
    const std::string member = folder / (std::string(1, static_cast<char>('a' + i)) + ".safetensors");
    // The last layer's factor spreads the margins over [0, 1].
    write_member(member, "cifar_resnet8", static_cast<uint64_t>(11 + i), "linear.weight", 3.0f);
    init.push_back(member);
  }
  init.insert(init.end(), {"-o", ensemble});
  must(fxe(init), 0);
  for (int i = 0; i < kImages; ++i)
    write_text(images + "/" + std::to_string(i % 5) + "/" + std::to_string(100 + i) + ".ppm",
               rendered_image(static_cast<uint64_t>(i)));
  std::string lines;
  int n = 0;
  for (const auto& row : predictions({"--policy", "full"}))
    lines += row.path + " " + std::to_string(n++ % 3 ? row.predicted : (row.predicted + 1) % 10) + "\n";
  write_text(labels, lines);
}

std::string SmallEnsemble::predictions_file(std::vector<std::string> words, const std::string& of) const {
  Folder out;
  words.insert(words.begin(), {"eval", of.empty() ? ensemble : of, images});
  words.insert(words.end(), {"--quiet", "--threads", "1", "--predictions", out / "p.csv"});
  must(fxe(words), 0);
  EXPECT_EQ(out.names(), std::vector<std::string>{"p.csv"});
  return read_text(out / "p.csv");
}

std::vector<Prediction> SmallEnsemble::predictions(std::vector<std::string> words,
                                                   const std::string& of) const {
  Folder out;
  write_text(out / "p.csv", predictions_file(std::move(words), of));
  return read_predictions(out / "p.csv");
}

const SmallEnsemble& small_ensemble() {
  static const SmallEnsemble made;
  return made;
}

double between(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<size_t>(share * static_cast<double>(values.size()));
  return (values.at(at) + values.at(at + 1)) / 2;
}

}  // namespace fxe::test
