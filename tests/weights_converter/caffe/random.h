// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/weights_converter/caffe/builder.h"
#include "tests/weights_converter/random_graph.h"

namespace fxe::test {

// A Caffe net of products, norms, scales and ReLU, in place and not, and of every layer that only renames
// a blob.
class RandomCaffe {
 public:
  explicit RandomCaffe(uint64_t seed);

  const std::string& bytes() const { return bytes_; }
  std::vector<float> image() const { return floats(image_); }
  std::vector<float> logits() const { return floats(logits_); }

 private:
  size_t any() { return static_cast<size_t>(random_.integer(0, static_cast<int64_t>(blobs_.size()) - 1)); }
  // A layer that reads blob i, in place where asked for; what it makes takes the blob's place or is a
  // new one.
  caffe::Layer& add(const char* type, size_t i, Array value, double bound, bool may_be_in_place);
  void blob(caffe::Layer&, const std::vector<int64_t>& shape, const std::vector<double>& values);

  void add_alias(size_t i);
  void add_product(size_t i);
  void add_scale(size_t i);
  void add_norm(size_t i);
  void join(size_t i);
  void finish();

  Random random_;
  CaffeBuilder builder_{1};
  int names_ = 0;
  std::vector<Named> blobs_;
  std::string bytes_;
  std::vector<double> image_, logits_;
};

}  // namespace fxe::test
