// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/folder.h"
#include "tests/support/python_peer.h"

namespace fxe::test {

// What "fxe WORDS..." did, run in this process.
struct Outcome {
  int code;
  std::string out, err;
};
Outcome fxe(std::vector<std::string> words);

size_t lines_of(const std::string& text);

nlohmann::json read_json(const std::filesystem::path&);

// A 32 x 32 image for every seed: two colours, a gradient and noise, as binary PNM.
std::string rendered_image(uint64_t seed);

// Seeded random weights as a safetensors file that names its network. Every weight whose name ends with
// `ending` is multiplied by `factor`.
void write_member(const std::string& path, const std::string& network, uint64_t seed,
                  const std::string& ending = "", float factor = 1);

// One line of a predictions file. Fields that are empty there: -1 or NaN.
struct Prediction {
  std::string path;
  int label, predicted;
  double p1, p2, margin;
  int members;
  std::string status;
};
std::vector<Prediction> read_predictions(const std::filesystem::path&);

// The folder of real data, $FXE_DATA or ../shared/data beside the source.
std::filesystem::path shared_data();

// Runs a script of tests/; returns its exit code and what it printed (both streams, in `out`).
Outcome script_outcome(const std::string& python, const std::string& script,
                       const std::vector<std::string>& arguments);

}  // namespace fxe::test
