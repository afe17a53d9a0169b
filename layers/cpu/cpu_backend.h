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
// Plans of one backend run on one host thread at a time. A batch that divides evenly is run by one
// single-threaded plan per thread, if that pays (layers/thread_plans.h); else the threads share each layer
// (workers.h). Layers on our own kernels give the same bits either way. Only oneDNN primitives of several
// threads use OpenMP, with its environment variables (OMP_WAIT_POLICY, GOMP_SPINCOUNT, OMP_PROC_BIND).
//
// Running a plan allocates nothing, except inside oneDNN's execute, which copies its list of arguments into a
// hash table on the heap and frees it on return.
class CpuBackend final : public Backend, ThreadBackends, Chains {
 public:
  CpuBackend(int threads, Precision precision, std::vector<int> processors = {},
             std::shared_ptr<WeightCache> weights = nullptr);

  std::string name() const override { return "cpu"; }
  Device& device() override { return *device_; }
  Precision precision() const override { return precision_; }
  ThreadBackends* thread_backends() override { return single_.empty() ? nullptr : this; }
  Chains* chains() override { return this; }

  Prepared prepare(const Op& op, const OpContext& context) override {
    return std::visit([&](const auto& o) { return prepare(o, context); }, op);
  }
  FXE_OPERATIONS(FXE_PREPARE)
  Prepared prepare_output(const OpContext&) override;
  std::vector<float> read(Queue&, const Value&, const void* data) override;

  Workers& workers() { return workers_; }
  const dnnl::engine& engine() const { return engine_; }
  const dnnl::stream& stream() const { return stream_; }
  WeightCache& weights() { return *weights_; }

 private:
  std::span<Backend* const> backends() override { return single_pointers_; }
  void run_on_threads(const std::function<void(size_t thread)>&) override;
  size_t chain_length(std::span<const Node>, std::span<const Shape>) const override;
  Prepared prepare_chain(std::span<const Node>, std::span<const Shape>, const OpContext&) override;

  std::shared_ptr<Device> device_ = make_host_device();
  Precision precision_;
  Workers workers_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::shared_ptr<WeightCache> weights_;
  std::vector<std::unique_ptr<CpuBackend>> single_;  // of one thread each, if this one has several
  std::vector<Backend*> single_pointers_;
};

}  // namespace fxe::cpu
