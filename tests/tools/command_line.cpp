// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/command_line.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "networks/random_weights.h"
#include "networks/registry.h"
#include "tests/paths.h"
#include "tests/support/generate.h"
#include "tools/commands/commands.h"
#include "weights_converter/safetensors/file.h"

namespace fxe::test {

namespace fs = std::filesystem;

Outcome fxe(std::vector<std::string> words) {
  words.insert(words.begin(), "fxe");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_command_line(static_cast<int>(words.size()), argv.data());
  std::string out = testing::internal::GetCapturedStdout();
  return {code, std::move(out), testing::internal::GetCapturedStderr()};
}

size_t lines_of(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

nlohmann::json read_json(const fs::path& path) { return nlohmann::json::parse(read_text(path)); }

std::string rendered_image(uint64_t seed) {
  constexpr int kSize = 32;
  Random random(seed, "image");
  double from[3], to[3];
  for (double& v : from) v = 255 * random.uniform();
  for (double& v : to) v = 255 * random.uniform();
  const double angle = 6.283 * random.uniform(), waves = 1 + 7 * random.uniform(),
               noise = 60 * random.uniform();
  std::string image = "P6\n32 32\n255\n";
  for (int y = 0; y < kSize; ++y)
    for (int x = 0; x < kSize; ++x) {
      const double along = (x * std::cos(angle) + y * std::sin(angle)) / kSize;
      const double t = 0.5 + 0.5 * std::sin(waves * along * 3.1416);
      for (int c = 0; c < 3; ++c) {
        const double v = from[c] + t * (to[c] - from[c]) + noise * random.normal();
        image += static_cast<char>(static_cast<uint8_t>(std::clamp(v, 0.0, 255.0)));
      }
    }
  return image;
}

void write_member(const std::string& path, const std::string& network, uint64_t seed,
                  const std::string& ending, float factor) {
  TensorMap weights = random_weights(build_network(network), seed);
  // The tensors belong to this function, so it may change their bytes.
  for (auto& [name, tensor] : weights)
    if (!ending.empty() && name.ends_with(ending)) {
      auto* values = reinterpret_cast<float*>(const_cast<std::byte*>(tensor.bytes.data()));
      for (int64_t i = 0; i < tensor.shape.elements(); ++i) values[i] *= factor;
    }
  write_safetensors(path, weights, {{"fxe.network", network}});
}

namespace {

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line + ",");
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

double number(const std::string& field) {
  return field.empty() ? std::numeric_limits<double>::quiet_NaN() : std::stod(field);
}

int whole(const std::string& field) { return field.empty() ? -1 : std::stoi(field); }

}  // namespace

std::vector<Prediction> read_predictions(const fs::path& path) {
  std::istringstream stream(read_text(path));
  std::string line;
  std::getline(stream, line);
  EXPECT_EQ(line, "path,label,predicted,p1,p2,margin,members,status");
  std::vector<Prediction> rows;
  while (std::getline(stream, line)) {
    const auto f = fields_of(line);
    if (f.size() != 8) throw std::runtime_error("expected 8 fields: " + line);
    rows.push_back(
        {f[0], whole(f[1]), whole(f[2]), number(f[3]), number(f[4]), number(f[5]), whole(f[6]), f[7]});
  }
  return rows;
}

fs::path shared_data() {
  if (const char* given = std::getenv("FXE_DATA")) return given;
  return fs::path(FXE_SOURCE_DIR) / "../shared/data";
}

Outcome script_outcome(const std::string& python, const std::string& script,
                       const std::vector<std::string>& arguments) {
  Folder folder;
  // Python must not inherit a sanitizer's library that is preloaded for this program.
  std::string command = "LD_PRELOAD= " + python + " -W ignore '" FXE_SOURCE_DIR "/tests/" + script + "'";
  for (const auto& argument : arguments) command += " '" + argument + "'";
  command += " >'" + (folder / "log") + "' 2>&1";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(folder / "log"), ""};
}

}  // namespace fxe::test
