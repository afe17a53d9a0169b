// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "layers/graph_builder.h"
#include "weights_converter/caffe/net.h"

namespace fxe {

// The state of an import. Operators (caffe_operators.h) read their inputs from it, add nodes, and set their
// outputs. Values are always [n c h w] or [n c].
class CaffeImport {
 public:
  // `owner` keeps the message that the net points into alive.
  CaffeImport(const CaffeNet& net, std::shared_ptr<const void> owner)
      : owner_(std::move(owner)), values_(net.blobs.size(), -1) {}

  GraphBuilder graph;
  TensorMap weights;  // those the graph reads

  void set(size_t blob, ValueId value) { values_[blob] = value; }
  ValueId value(size_t blob) const { return values_[blob]; }

  size_t inputs(const CaffeStep& step) const { return step.inputs.size(); }
  ValueId input(const CaffeStep&, size_t i = 0) const;       // throws bad_input if there is none
  ValueId only_input(const CaffeStep&) const;                // also throws if there are more
  const Shape& shape(const CaffeStep&, size_t i = 0) const;  // of an input, at batch 1
  const Shape& image(const CaffeStep&, size_t i = 0) const;  // the same, refused unless [n c h w]
  void set_output(const CaffeStep&, ValueId);                // all tops of the step

  // A node named like the layer, or "layer.part".
  ValueId add(const CaffeStep&, Op, std::vector<ValueId> inputs, const char* part = nullptr);

  // x * factor; x itself if factor is 1.
  ValueId scaled(const CaffeStep&, ValueId x, float factor);

  void expect_blobs(const CaffeStep&, size_t count) const;
  // Blob i of the layer, which must hold what `shape` says; leading ones are accepted (Caffe's old blobs have
  // four dimensions).
  Tensor blob(const CaffeStep&, size_t i, const Shape& shape) const;
  // The name under which the graph reads a tensor of this layer: "conv1.weight".
  std::string weight(const CaffeStep&, const char* suffix, Tensor);
  std::string weight(const CaffeStep&, const char* suffix, std::vector<float> values);  // [values]

  // Refuses `axis` of input 0, counted as Caffe does, from the end if negative, unless it is the channels.
  void expect_channel_axis(const CaffeStep&, int64_t axis) const;

 private:
  std::string unique(const std::string& name);

  std::shared_ptr<const void> owner_;
  std::vector<ValueId> values_;       // by blob; -1: not made yet
  std::map<std::string, int> names_;  // of nodes and weights; how often each was asked for
};

}  // namespace fxe
