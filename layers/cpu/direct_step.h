// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/cpu/direct_conv.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

// Adds a convolution with the model's weight `weight` and, unless empty, bias `bias`. x, y and the residual
// are channels-last.
void add_direct(StepBuilder&, CpuBackend&, const DirectConv&, const std::string& weight,
                const std::string& bias, const Operand& x, const std::optional<Operand>& residual,
                const Operand& y);

void add_depthwise(StepBuilder&, CpuBackend&, const OpContext&, const Conv2d&, const Operand& x,
                   const Operand& y);

// The image with its zero padding, channels-last: a few channels do not fill a run, a row of pixels does.
Operand add_padded(StepBuilder&, const OpContext&, const Padding2&);

}  // namespace fxe::cpu
