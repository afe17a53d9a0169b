// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "metareasoner/store/prefix_score.h"
#include "metareasoner/store/store_header.h"

namespace fxe {

class MappedFile;

// A finished logit store, mapped read-only: every member's outputs for every image, in blocks of up to 64
// images. Reading is thread-safe. A part's checksum is verified when it is first read.
class Store {
 public:
  // Throws bad_input if the file is not a store, is unfinished, or is damaged in its header or image entries.
  static Store open(const std::filesystem::path&);
  // The same for a file's content, at an address that is a multiple of 4; `owner` keeps it alive.
  static Store read(std::span<const std::byte> file, std::shared_ptr<const void> owner,
                    const std::filesystem::path&);

  const std::filesystem::path& path() const { return path_; }
  const StoreHeader& header() const { return header_; }
  size_t images() const { return header_.images(); }
  size_t members() const { return header_.members.size(); }
  size_t classes() const { return static_cast<size_t>(header_.classes); }
  bool is_compact() const { return header_.form == StoreForm::compact; }

  // False if the image could not be read when the store was recorded; its rows are not finite.
  bool readable(size_t image) const;
  // SHA-256 of what header().content names.
  std::span<const std::byte> hash(size_t image) const;
  // SHA-256 of all these hashes, in order: identifies the set of images.
  std::string images_hash() const;

  size_t blocks() const { return layout_.blocks(); }
  size_t first_image(size_t block) const { return block * StoreLayout::kBlockImages; }
  size_t images_in(size_t block) const { return layout_.images_in(block); }

  // [images_in(block) classes] of one member; in `scratch` if the store holds halves, else in the file. Rows
  // of a member whose output was not finite contain something not finite. Throws bad_input for a damaged
  // part, and for a compact store.
  std::span<const float> logits(size_t block, size_t member, std::vector<float>& scratch) const;

  // [images_in(block) members] of a compact store. Throws bad_input for a damaged part, and for scores that
  // no ensemble could give.
  std::span<const PrefixScore> prefixes(size_t block) const;

 private:
  Store(std::filesystem::path, std::span<const std::byte> file, std::shared_ptr<const void> owner,
        const MappedFile*, DecodedHeader);
  void check_entries() const;
  void check_prefixes(size_t block, std::span<const std::byte> rows) const;
  // Called after each block by code that goes through all of them: drops what it has passed from memory.
  void pass(size_t block) const;
  std::span<const std::byte> slab(size_t block, size_t slab) const;

  std::filesystem::path path_;
  std::span<const std::byte> file_;
  std::shared_ptr<const void> owner_;  // of file_
  const MappedFile* mapped_;           // file_, if it is mapped; otherwise null
  StoreHeader header_;
  StoreLayout layout_;
  std::unique_ptr<std::atomic<bool>[]> checked_;  // [blocks slabs]
};

// `PATH.partial`: where a store is while it is being written.
std::filesystem::path partial_path(const std::filesystem::path&);

}  // namespace fxe
