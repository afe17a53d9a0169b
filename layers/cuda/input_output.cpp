// SPDX-License-Identifier: Apache-2.0
#include "kernels/nhwc/layout.h"
#include "layers/cuda/step.h"

namespace fxe::cuda {

// Channels innermost and padded: the first convolution of an RGB image reads 4 or 8 channels.
Prepared CudaBackend::prepare(const Input&, const OpContext& context) {
  Prepared prepared = build_step(*this, context, [&](StepBuilder& step) {
    const Operand x{.place = Operand::Place::input}, y = step.output();
    const Operand rows{.place = Operand::Place::rows}, row_count{.place = Operand::Place::row_count},
        first{.place = Operand::Place::first_image}, pixel_values{.place = Operand::Place::pixel_values};
    step.add("nhwc_from_input",
             [y = y.image](Queue& queue, std::span<void* const> a) {
               const NhwcRows of{static_cast<const int32_t*>(a[1]), static_cast<const int32_t*>(a[2]),
                                 static_cast<const int32_t*>(a[3])};
               if (a[4])
                 launch_nhwc_from_pixels(queue, static_cast<const uint8_t*>(a[0]),
                                         static_cast<const float*>(a[4]), of, at(y, a[5]));
               else
                 launch_nhwc_from_plain(queue, static_cast<const float*>(a[0]), of, at(y, a[5]));
             },
             {x, rows, row_count, first, pixel_values, y});
  });
  prepared.any_input_form = true;
  return prepared;
}

Prepared CudaBackend::prepare_output(const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const Operand x = step.input(0), y = step.plain_output();
    step.add("nhwc_to_plain",
             [x = x.image](Queue& queue, std::span<void* const> a) {
               launch_nhwc_to_plain(queue, at(x, a[0]), static_cast<float*>(a[1]));
             },
             {x, y});
  });
}

}  // namespace fxe::cuda
