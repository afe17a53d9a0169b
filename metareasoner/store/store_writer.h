// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "metareasoner/store/prefix_scorer.h"
#include "metareasoner/store/store_header.h"

namespace fxe {

using ContentHash = std::array<std::byte, StoreLayout::kHash>;

// Writes a store image by image as PATH.partial, which finish() renames. Blocks are written whole, each part
// with its checksum: whatever stops the process, the next writer with the same header keeps the whole blocks
// and continues after them, and the finished file has the same bytes as one written in one go.
class StoreWriter {
 public:
  // Throws bad_input if PATH exists, or if PATH.partial was begun for something else or is being written by
  // another process; run_time if it cannot be written.
  StoreWriter(const std::filesystem::path& path, StoreHeader header);
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  const StoreHeader& header() const { return header_; }

  // About images that earlier runs wrote.
  struct Kept {
    ContentHash hash;
    bool readable;
  };
  const std::vector<Kept>& kept() const { return kept_; }

  // Images in whole blocks, which the next writer keeps.
  size_t written() const;

  // Appends the next image; `logits` [members classes], empty if the image could not be read. Throws run_time
  // on a full disk, keeping everything written so far; bad_input for a logit too large for fp16.
  void append(const ContentHash&, std::span<const float> logits);

  // Called after the last image.
  void finish();

 private:
  void start_file();
  void keep_blocks();
  void write_block();
  void write_all(size_t at, std::span<const std::byte>);
  void encode_slabs(std::span<std::byte> block);

  std::filesystem::path path_, partial_;
  StoreHeader header_;
  StoreLayout layout_;
  int fd_ = -1;
  std::vector<Kept> kept_;
  size_t blocks_ = 0;  // how many were written
  size_t rows_ = 0;    // waiting in the block being filled
  std::vector<ContentHash> hashes_;
  std::vector<uint32_t> states_;
  std::vector<float> logits_;  // [members 64 classes]
  PrefixScorer scorer_;        // for a compact store
};

}  // namespace fxe
