// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/store.h"

#include <cstring>

#include "engine/error.h"
#include "engine/mapped_file.h"
#include "engine/sha256.h"
#include "metareasoner/store/halves.h"
#include "metareasoner/store/part.h"

namespace fxe {

std::filesystem::path partial_path(const std::filesystem::path& path) { return path.string() + ".partial"; }

Store Store::open(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && std::filesystem::exists(partial_path(path), error))
    throw bad_input("{}: the store is unfinished ({}); run the command that began it again to continue",
                    path.string(), partial_path(path).string());
  const auto file = MappedFile::open(path);
  return Store(path, file->bytes(), file, file.get(), decode_header(file->bytes(), path.string()));
}

Store Store::read(std::span<const std::byte> file, std::shared_ptr<const void> owner,
                  const std::filesystem::path& path) {
  return Store(path, file, std::move(owner), nullptr, decode_header(file, path.string()));
}

Store::Store(std::filesystem::path path, std::span<const std::byte> file, std::shared_ptr<const void> owner,
             const MappedFile* mapped, DecodedHeader decoded)
    : path_(std::move(path)),
      file_(file),
      owner_(std::move(owner)),
      mapped_(mapped),
      header_(std::move(decoded.header)),
      layout_(header_.layout(decoded.data_start)) {
  const size_t found = file_.size();
  if (found != layout_.file_bytes())
    throw bad_input("{}: {} images of {} members need {} bytes, the file has {}; it is {}", path_.string(),
                    images(), members(), layout_.file_bytes(), found,
                    found < layout_.file_bytes() ? "unfinished or cut off" : "damaged");
  checked_ = std::make_unique<std::atomic<bool>[]>(layout_.blocks() * layout_.slabs);
  check_entries();
}

void Store::check_entries() const {
  for (size_t b = 0; b < layout_.blocks(); ++b) {
    if (!part_is_whole(file_.subspan(layout_.block_start(b),
                                     StoreLayout::part_bytes(images_in(b) * StoreLayout::kEntry))))
      throw bad_input("{}: the entries of images {} to {} do not match their checksum; the file is damaged",
                      path_.string(), first_image(b), first_image(b) + images_in(b) - 1);
    pass(b);
  }
}

void Store::pass(size_t block) const {
  constexpr size_t kTogether = 16;
  const size_t next = block + 1;
  if (!mapped_ || next % kTogether != 0) return;
  mapped_->forget(next == kTogether ? 0 : layout_.block_start(next - kTogether), layout_.block_start(next));
}

bool Store::readable(size_t image) const {
  const size_t block = image / StoreLayout::kBlockImages, row = image % StoreLayout::kBlockImages;
  uint32_t state;
  std::memcpy(
      &state,
      file_.data() + layout_.block_start(block) + images_in(block) * StoreLayout::kHash + row * sizeof(state),
      sizeof(state));
  return state == 0;
}

std::span<const std::byte> Store::hash(size_t image) const {
  const size_t block = image / StoreLayout::kBlockImages, row = image % StoreLayout::kBlockImages;
  return file_.subspan(layout_.block_start(block) + row * StoreLayout::kHash, StoreLayout::kHash);
}

std::string Store::images_hash() const {
  std::vector<std::byte> all;
  all.reserve(images() * StoreLayout::kHash);
  for (size_t b = 0; b < blocks(); ++b) {
    for (size_t i = first_image(b); i < first_image(b) + images_in(b); ++i)
      all.insert(all.end(), hash(i).begin(), hash(i).end());
    pass(b);
  }
  return sha256_hex(all);
}

std::span<const std::byte> Store::slab(size_t block, size_t s) const {
  const size_t payload = images_in(block) * layout_.row_bytes;
  const auto part = file_.subspan(layout_.slab_start(block, s), StoreLayout::part_bytes(payload));
  auto& checked = checked_[block * layout_.slabs + s];
  if (!checked.load(std::memory_order_relaxed)) {
    if (!part_is_whole(part))
      throw bad_input("{}: what {} gave for images {} to {} does not match its checksum; the file is damaged",
                      path_.string(),
                      is_compact() ? "the ensemble" : fmt::format("member '{}'", header_.members[s].name),
                      first_image(block), first_image(block) + images_in(block) - 1);
    if (is_compact()) check_prefixes(block, part.first(payload));
    checked.store(true, std::memory_order_relaxed);
  }
  return part.first(payload);
}

void Store::check_prefixes(size_t block, std::span<const std::byte> rows) const {
  const auto* scores = reinterpret_cast<const PrefixScore*>(rows.data());
  for (size_t i = 0; i < images_in(block); ++i)
    for (size_t k = 0; k < members(); ++k)
      if (const auto fault =
              impossible(scores[i * members() + k], k + 1, static_cast<int32_t>(header_.classes));
          !fault.empty())
        throw bad_input(
            "{}: after {} of {} members, image {} has {}; no ensemble gives that: record it again",
            path_.string(), k + 1, members(), first_image(block) + i, fault);
}

std::span<const float> Store::logits(size_t block, size_t member, std::vector<float>& scratch) const {
  if (is_compact())
    throw bad_input(
        "{}: a compact store keeps no logits, only what the prefixes of its own order say; record without "
        "--compact for this",
        path_.string());
  const auto bytes = slab(block, member);
  const size_t count = images_in(block) * classes();
  // Parts start at multiples of 64 bytes in a mapped file: aligned for any of these types.
  if (header_.form == StoreForm::fp32) return {reinterpret_cast<const float*>(bytes.data()), count};
  scratch.resize(count);
  halves_to_floats({reinterpret_cast<const uint16_t*>(bytes.data()), count}, scratch);
  return scratch;
}

std::span<const PrefixScore> Store::prefixes(size_t block) const {
  return {reinterpret_cast<const PrefixScore*>(slab(block, 0).data()), images_in(block) * members()};
}

}  // namespace fxe
