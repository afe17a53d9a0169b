// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "layers/cpu/cpu_backend.h"

// Operations without a kernel.
namespace fxe::cpu {

namespace {

[[noreturn]] Prepared refuse(const Op& op, const OpContext& context) {
  throw bad_input("layer '{}': no kernel for {} yet; use --device reference", context.layer, op_name(op));
}

}  // namespace

Prepared CpuBackend::prepare(const Scale& op, const OpContext& context) { refuse(op, context); }
Prepared CpuBackend::prepare(const LayerNorm& op, const OpContext& context) { refuse(op, context); }
Prepared CpuBackend::prepare(const PRelu& op, const OpContext& context) { refuse(op, context); }
Prepared CpuBackend::prepare(const ChannelGate& op, const OpContext& context) { refuse(op, context); }
Prepared CpuBackend::prepare(const ChannelShuffle& op, const OpContext& context) { refuse(op, context); }
Prepared CpuBackend::prepare(const ChannelSlice& op, const OpContext& context) { refuse(op, context); }
Prepared CpuBackend::prepare(const ZeroPad& op, const OpContext& context) { refuse(op, context); }

}  // namespace fxe::cpu
