// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/store_builder.h"

#include "metareasoner/store/part.h"
#include "metareasoner/store/store_layout.h"

namespace fxe::fuzz {

std::vector<std::byte> build_store(const StoreHeader& header, const FillPart& fill) {
  std::vector<std::byte> bytes;
  const StoreLayout layout = header.layout(encode_header(header, [&](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  }));
  bytes.resize(layout.file_bytes());
  const auto part = [&](size_t at, size_t payload, bool entries) {
    if (fill) fill(std::span(bytes).subspan(at, payload), entries);
    seal_part(std::span(bytes).subspan(at, StoreLayout::part_bytes(payload)));
  };
  for (size_t b = 0; b < layout.blocks(); ++b) {
    const size_t n = layout.images_in(b);
    part(layout.block_start(b), n * StoreLayout::kEntry, true);
    for (size_t s = 0; s < layout.slabs; ++s) part(layout.slab_start(b, s), n * layout.row_bytes, false);
  }
  return bytes;
}

}  // namespace fxe::fuzz
