// SPDX-License-Identifier: Apache-2.0
#include "runtime/row_preparer.h"

namespace fxe {

void RowPreparer::encoded(std::span<const std::byte> file, int row, int side) {
  decode_image(file, image_, runtime_.max_pixels, &memory_);
  decoded(image_, row, side);
}

void RowPreparer::decoded(const Image& image, int row, int side) {
  for (size_t i = 0; i < runtime_.inputs.size(); ++i)
    runtime_.inputs[i].prepare(preprocessor_, image, runtime_.executor->input(i, row, side));
}

}  // namespace fxe
