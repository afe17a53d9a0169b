// SPDX-License-Identifier: Apache-2.0
#include "engine/input/image_input.h"

namespace fxe {

void ImageInput::prepare(Preprocessor& preprocessor, const Image& image, std::span<std::byte> out) const {
  if (as_pixels)
    preprocessor.pixels(preprocess, image, {reinterpret_cast<uint8_t*>(out.data()), out.size()});
  else
    preprocessor.run(preprocess, image, as_floats(out));
}

}  // namespace fxe
