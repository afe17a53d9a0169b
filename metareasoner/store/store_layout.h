// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace fxe {

// Where things lie in a logit store: docs/reference/store.md. Little-endian; everything starts at a multiple
// of 64 bytes. A part is its payload, zeros, and in its last four bytes the CRC-32 of everything before them.
struct StoreLayout {
  static constexpr char kMagic[9] = "FXESTORE";
  static constexpr uint32_t kVersion = 1;
  static constexpr size_t kPreamble = 32;  // magic, version, CRC-32, bytes of JSON, bytes of the image table
  static constexpr size_t kBlockImages = 64;
  static constexpr size_t kHash = 32;
  static constexpr size_t kEntry = kHash + 4;  // hash of the image's content, state

  static constexpr size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }
  static constexpr size_t part_bytes(size_t payload) { return aligned(payload + sizeof(uint32_t)); }

  size_t data_start = 0;  // where the first block begins
  size_t images = 0;
  size_t slabs = 0;      // parts of a block after its entries: one per member, or one of prefix scores
  size_t row_bytes = 0;  // of one image in a slab

  size_t blocks() const { return (images + kBlockImages - 1) / kBlockImages; }
  size_t images_in(size_t block) const { return std::min(kBlockImages, images - block * kBlockImages); }
  size_t block_bytes(size_t n) const { return part_bytes(n * kEntry) + slabs * part_bytes(n * row_bytes); }
  size_t block_start(size_t block) const { return data_start + block * block_bytes(kBlockImages); }
  size_t slab_start(size_t block, size_t slab) const {
    const size_t n = images_in(block);
    return block_start(block) + part_bytes(n * kEntry) + slab * part_bytes(n * row_bytes);
  }
  size_t file_bytes() const {
    return blocks() == 0 ? data_start : block_start(blocks() - 1) + block_bytes(images_in(blocks() - 1));
  }
};

}  // namespace fxe
