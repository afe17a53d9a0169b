// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/row_chain.h"

#include <algorithm>
#include <bit>

namespace fxe::cpu {

RowChain::RowChain(std::vector<RowStage> stages, int64_t images, int threads)
    : stages_(std::move(stages)),
      rings_(stages_.size() - 1),
      images_(images),
      rings_held_(static_cast<size_t>(threads)) {
  // Enough pixels of the last layer to fill its kernel's tiles, few enough for every thread to get bands.
  constexpr int64_t kPixelsOfBand = 56, kLine = 16;
  const RowStage& last = stages_.back();
  const int64_t rows_of_band = std::min((kPixelsOfBand + last.y_columns - 1) / last.y_columns, last.y_rows);
  bands_of_image_ = (last.y_rows + rows_of_band - 1) / rows_of_band;
  int64_t rows = rows_of_band;
  for (size_t i = rings_.size(); i-- > 0;) {
    rows = (rows - 1) * stages_[i + 1].stride + stages_[i + 1].reach;
    const auto held = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(rows)));
    rings_[i] = {ring_floats_, held - 1};
    ring_floats_ += (held * stages_[i].y_row_floats + kLine - 1) / kLine * kLine;
  }
  for (RingsHeld& held : rings_held_) held.rows.resize(rings_.size());
}

void RowChain::run(const Operands& operands, Workers& workers) {
  for (RingsHeld& held : rings_held_) std::ranges::fill(held.rows, Rows{});
  workers.run(images_ * bands_of_image_, [&](int64_t i, size_t thread) {
    const int64_t rows = stages_.back().y_rows, image = i / bands_of_image_, band = i % bands_of_image_;
    make(stages_.size() - 1,
         {image * rows + band * rows / bands_of_image_, image * rows + (band + 1) * rows / bands_of_image_},
         operands, thread);
  });
}

RowChain::Rows RowChain::under(const RowStage& stage, const Rows& y) {
  const int64_t image = y.first / stage.y_rows, of_image = image * stage.y_rows;
  const auto inside = [&](int64_t row) {
    return image * stage.x_rows + std::clamp<int64_t>(row, 0, stage.x_rows);
  };
  return {inside((y.first - of_image) * stage.stride - stage.pad_top),
          inside((y.last - 1 - of_image) * stage.stride - stage.pad_top + stage.reach)};
}

void RowChain::make(size_t i, const Rows& rows, const Operands& o, size_t thread) {
  const RowStage& stage = stages_[i];
  float* const rings = o.workspace + ring_floats_ * static_cast<int64_t>(thread);
  RowStage::Call call{.x = {o.x}, .y = {o.y}, .residual = nullptr, .first = rows.first, .last = rows.last};
  if (i > 0) {
    const Ring& ring = rings_[i - 1];
    const Rows needed = under(stage, rows);
    Rows& held = rings_held_[thread].rows[i - 1];
    if (needed.first < held.first || needed.first > held.last) held = {needed.first, needed.first};
    if (held.last < needed.last) {
      make(i - 1, {held.last, needed.last}, o, thread);
      held = {std::max(held.first, needed.last - ring.mask - 1), needed.last};
    }
    call.x = {rings + ring.offset_floats, ring.mask};
  }
  if (i + 1 == stages_.size())
    call.residual = o.residual;
  else
    call.y = {rings + rings_[i].offset_floats, rings_[i].mask};
  stage.run(call);
}

}  // namespace fxe::cpu
