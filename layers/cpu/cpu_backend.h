// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/backend.h"
#include "layers/cpu/weight_cache.h"

namespace fxe::cpu {

// oneDNN for convolutions, fully connected layers, LRN, concatenation and changes of layout; loops of our own
// where memory is all that counts, or where oneDNN loses a NaN that activation.h and op.h promise to keep.
// Known difference: a ReLU, clip or hard sigmoid fused into a convolution is oneDNN's, and turns NaN into its
// lower end.
//
// Plans of one backend run on one host thread at a time; each host thread that runs plans gets its own OpenMP
// team. The environment variables of OpenMP (OMP_WAIT_POLICY, GOMP_SPINCOUNT, OMP_PROC_BIND) apply.
// On a machine busy with other work GOMP_SPINCOUNT=1000 helps: a thread of libgomp else spins for
// milliseconds for one that has no core.
//
// Running a plan allocates nothing, but for what oneDNN's execute does whoever calls it: it copies its list
// of arguments into a hash table on the heap, freed on return.
class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(int threads);

  std::string name() const override { return "cpu"; }
  Device& device() override { return *device_; }
  Precision precision() const override { return Precision::fp32; }

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
  std::vector<float> read(Queue&, const Value&, const void* data) override;

  int threads() const { return threads_; }
  const dnnl::engine& engine() const { return engine_; }
  const dnnl::stream& stream() const { return stream_; }
  WeightCache& weights() { return weights_; }

 private:
  std::unique_ptr<Device> device_ = make_host_device();
  int threads_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  WeightCache weights_{engine_};
};

}  // namespace fxe::cpu
