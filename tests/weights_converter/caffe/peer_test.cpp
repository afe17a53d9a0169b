// SPDX-License-Identifier: Apache-2.0
// Imported caffemodels give OpenCV's logits within the error that fp32 allows: goldens.inc, made
// by make_goldens.py.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "layers/reference/error_bound.h"
#include "layers/run_plan.h"
#include "tests/support/compare.h"
#include "tests/support/converted.h"
#include "tests/support/python_peer.h"
#include "tests/weights_converter/caffe/networks.h"
#include "weights_converter/read.h"

namespace fxe::test {
namespace {

using Goldens = std::map<std::string, std::vector<float>>;

// Lines of make_goldens.py: {"name", {1.5f, ...}},
Goldens read_goldens(const std::string& text) {
  Goldens goldens;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("{\"")) continue;
    const auto end = line.find('"', 2);
    std::vector<float>& logits = goldens[line.substr(2, end - 2)];
    std::istringstream numbers(line.substr(line.find('{', end) + 1));
    for (std::string number; numbers >> number;) logits.push_back(std::strtof(number.c_str(), nullptr));
  }
  return goldens;
}

// $FXE_CAFFE_GOLDENS: another file, for networks at another width.
const Goldens& goldens() {
  static const Goldens kept{
#include "tests/weights_converter/caffe/goldens.inc"
  };
  const char* given = std::getenv("FXE_CAFFE_GOLDENS");
  static const Goldens known = given ? read_goldens(read_text(given)) : kept;
  return known;
}

// Pixels less a mean, as Caffe's networks see them.
std::vector<float> image_of(const CaffeCase& c) {
  Random random(5, c.name);
  std::vector<float> image(static_cast<size_t>(c.c * c.h * c.w));
  for (float& v : image) v = static_cast<float>(random.integer(-120, 130));
  return image;
}

// For make_goldens.py, where FXE_CAFFE_CASES names a folder, instead of a comparison.
bool write_for_peer(const CaffeCase& c, const std::vector<float>& image) {
  const char* folder = std::getenv("FXE_CAFFE_CASES");
  if (!folder) return false;
  const auto write = [&](const std::string& ending, std::string_view bytes) {
    std::ofstream(std::filesystem::path(folder) / (c.name + ending), std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  };
  write(".caffemodel", c.net.SerializeAsString());
  write(".f32", {reinterpret_cast<const char*>(image.data()), image.size() * sizeof(float)});
  return true;
}

Model load(const CaffeCase& c) {
  const auto path = temporary_file(c.name + ".caffemodel", c.net.SerializeAsString());
  WeightFile file = read_weight_file(path);
  EXPECT_EQ(file.format, "Caffe");
  return bind_weights(*std::move(file.graph), std::move(file.tensors), c.name);
}

void compare_with_opencv(const CaffeCase& c) {
  SCOPED_TRACE(c.name);
  const auto image = image_of(c);
  if (write_for_peer(c, image)) return;
  const auto golden = goldens().find(c.name);
  ASSERT_TRUE(golden != goldens().end());
  const Model model = load(c);
  EXPECT_EQ(model.input(), (Input{c.c, c.h, c.w}));
  const NetworkReference reference = reference_network(model, image, 1);
  const auto bound = [&](size_t i) { return reference.bound(i); };
  const Comparison peer = compare(golden->second, reference.logits, bound);
  EXPECT_TRUE(peer) << "OpenCV: " << peer.message;
  const auto backend = make_reference_backend();
  const auto logits = run_model(model, *backend, image, 1);
  const Comparison own = compare(logits, reference.logits, bound);
  EXPECT_TRUE(own) << "fxe: " << own.message;
  const auto source = temporary_file(c.name + ".caffemodel", c.net.SerializeAsString());
  EXPECT_EQ(run_model(converted(model, source), *backend, image, 1), logits) << "converted";
  std::printf("%s: OpenCV uses %.0f%% of the bound, fxe %.0f%%\n", c.name.c_str(), peer.percent_of_bound,
              own.percent_of_bound);
}

// An eighth of their width, so that the double-precision reference is quick; FXE_CAFFE_NARROW=1 runs the
// whole by hand, with goldens of its own (FXE_CAFFE_GOLDENS).
TEST(CaffePeer, NetworksGiveOpencvsLogits) {
  const char* narrow = std::getenv("FXE_CAFFE_NARROW");
  for (const CaffeCase& c : caffe_networks(narrow ? std::atoi(narrow) : 8)) compare_with_opencv(c);
}

TEST(CaffePeer, LayersGiveOpencvsLogits) {
  for (const CaffeCase& c : caffe_layer_cases()) compare_with_opencv(c);
}

}  // namespace
}  // namespace fxe::test
