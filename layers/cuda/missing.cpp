// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "layers/cuda/backend.h"

// Operations without a kernel.
namespace fxe::cuda {

namespace {

[[noreturn]] Prepared refuse(const Op& op, const OpContext& context) {
  throw bad_input("layer '{}': no CUDA kernel for {} yet; use --device cpu", context.layer, op_name(op));
}

}  // namespace

Prepared CudaBackend::prepare(const Scale& op, const OpContext& context) { refuse(op, context); }
Prepared CudaBackend::prepare(const LayerNorm& op, const OpContext& context) { refuse(op, context); }
Prepared CudaBackend::prepare(const PRelu& op, const OpContext& context) { refuse(op, context); }
Prepared CudaBackend::prepare(const ChannelGate& op, const OpContext& context) { refuse(op, context); }
Prepared CudaBackend::prepare(const ChannelShuffle& op, const OpContext& context) { refuse(op, context); }
Prepared CudaBackend::prepare(const ChannelSlice& op, const OpContext& context) { refuse(op, context); }
Prepared CudaBackend::prepare(const ZeroPad& op, const OpContext& context) { refuse(op, context); }

}  // namespace fxe::cuda
