// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "caffe.pb.h"
#include "tests/support/generate.h"

namespace fxe::test {

// A Caffe net with seeded weights, built as Caffe saves one. Layers are named like their top.
class CaffeBuilder {
 public:
  using Names = std::vector<std::string>;

  explicit CaffeBuilder(uint64_t seed) : random_(seed) {}

  caffe::Net net;

  std::string input(int64_t c, int64_t h, int64_t w);  // an Input layer "data"
  caffe::Layer& layer(const std::string& type, const std::string& name, const Names& bottoms,
                      const Names& tops);
  // A layer with one top of its own name, or in place.
  caffe::Layer& layer(const std::string& type, const std::string& name, const std::string& bottom);
  caffe::Layer& in_place(const std::string& type, const std::string& name, const std::string& blob);

  struct Conv {
    int64_t k, filter, stride = 1, pad = 0, groups = 1;
    bool bias = true;
  };
  caffe::Layer& conv(const std::string& name, const std::string& bottom, int64_t c, const Conv&);
  caffe::Layer& linear(const std::string& name, const std::string& bottom, int64_t c, int64_t k);
  caffe::Layer& pool(const std::string& name, const std::string& bottom, int method, int64_t filter,
                     int64_t stride, int64_t pad = 0);
  caffe::Layer& lrn(const std::string& name, const std::string& bottom);
  // BatchNorm and Scale in place, as in ResNet; numbers of the Scale are about `scale_by`.
  void norm(const std::string& batch_norm, const std::string& scale, const std::string& blob, int64_t c,
            float count = 1, double scale_by = 1);

  void add_blob(caffe::Layer&, const std::vector<int64_t>& shape, double scale, double mean = 0);
  void add_positive_blob(caffe::Layer&, int64_t count, double factor = 1);

  std::string bytes() const { return net.SerializeAsString(); }

 private:
  caffe::Blob& blob(caffe::Layer&, const std::vector<int64_t>& shape, std::vector<float> values);

  Random random_;
};

// The same net in the form that Caffe wrote until 2014; layers newer than that are not to be in it.
caffe::Net as_v1(const caffe::Net&);

}  // namespace fxe::test
