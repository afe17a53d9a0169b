// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/backend.h"
#include "layers/cpu/weight_cache.h"
#include "layers/cpu/workers.h"

namespace fxe::cpu {

// Own kernels run convolutions, fully connected layers and max pooling on processors with AVX-512
// (docs/design/cpu.md). oneDNN runs what they do not cover, LRN, and changes of layout. Own loops run what is
// bound by memory, and operations in which oneDNN loses a NaN that activation.h and op.h promise to keep. A
// ReLU, clip or hard sigmoid fused into a oneDNN convolution turns NaN into its lower end.
//
// Plans of one backend run on one host thread at a time. A batch that divides evenly runs in lanes, one
// single-threaded plan per thread, if that pays (layers/lanes.h); otherwise the threads share each layer
// (workers.h). Layers on our own kernels give the same bits either way. Only oneDNN primitives in a plan
// without lanes use OpenMP, with its environment variables (OMP_WAIT_POLICY, GOMP_SPINCOUNT, OMP_PROC_BIND).
//
// Running a plan allocates nothing, except inside oneDNN's execute, which copies its list of arguments into a
// hash table on the heap and frees it on return.
class CpuBackend final : public Backend {
 public:
  CpuBackend(int threads, Precision precision, std::vector<int> processors = {},
             std::shared_ptr<WeightCache> weights = nullptr);

  std::string name() const override { return "cpu"; }
  Device& device() override { return *device_; }
  Precision precision() const override { return precision_; }
  size_t weight_element_bytes(const Op& op) const override {
    return precision_ == Precision::bf16 && std::holds_alternative<Linear>(op) ? 2 : 4;
  }
  std::span<Backend* const> lanes() override { return lane_pointers_; }
  void run_lanes(const std::function<void(size_t lane)>&) override;

  Prepared prepare(const Input&, const OpContext&) override;
  Prepared prepare(const Conv2d&, const OpContext&) override;
  Prepared prepare(const BatchNorm&, const OpContext&) override;
  Prepared prepare(const Scale&, const OpContext&) override;
  Prepared prepare(const LayerNorm&, const OpContext&) override;
  Prepared prepare(const Pool2d&, const OpContext&) override;
  Prepared prepare(const GlobalAveragePool&, const OpContext&) override;
  Prepared prepare(const Linear&, const OpContext&) override;
  Prepared prepare(const Activate&, const OpContext&) override;
  Prepared prepare(const PRelu&, const OpContext&) override;
  Prepared prepare(const Add&, const OpContext&) override;
  Prepared prepare(const ChannelGate&, const OpContext&) override;
  Prepared prepare(const Concat&, const OpContext&) override;
  Prepared prepare(const ChannelShuffle&, const OpContext&) override;
  Prepared prepare(const ChannelSlice&, const OpContext&) override;
  Prepared prepare(const ZeroPad&, const OpContext&) override;
  Prepared prepare(const Flatten&, const OpContext&) override;
  Prepared prepare(const Softmax&, const OpContext&) override;
  Prepared prepare(const Lrn&, const OpContext&) override;
  Prepared prepare(const ShortcutPad&, const OpContext&) override;
  Prepared prepare_output(const OpContext&) override;
  size_t chain_length(std::span<const Node> nodes, std::span<const Shape> shapes) const override;
  Prepared prepare_chain(std::span<const Node> nodes, std::span<const Shape> shapes,
                         const OpContext&) override;
  std::vector<float> read(Queue&, const Value&, const void* data) override;

  Workers& workers() { return workers_; }
  const dnnl::engine& engine() const { return engine_; }
  const dnnl::stream& stream() const { return stream_; }
  WeightCache& weights() { return *weights_; }

 private:
  std::shared_ptr<Device> device_ = make_host_device();
  Precision precision_;
  Workers workers_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::shared_ptr<WeightCache> weights_;
  std::vector<std::unique_ptr<CpuBackend>> lanes_;  // one thread each
  std::vector<Backend*> lane_pointers_;
};

}  // namespace fxe::cpu
