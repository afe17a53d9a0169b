// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/store/store_writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/dtype.h"
#include "engine/error.h"
#include "engine/files/descriptor.h"
#include "engine/files/output_target.h"
#include "engine/mapped_file.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/part.h"
#include "metareasoner/store/store.h"

namespace fxe {

namespace {

constexpr size_t kRows = StoreLayout::kBlockImages;

// The first difference between two headers, in words.
std::string difference(const StoreHeader& a, const StoreHeader& b) {
  if (a.form != b.form) return fmt::format("its form is {}, not {}", name(a.form), name(b.form));
  if (a.fingerprint != b.fingerprint || a.ensemble != b.ensemble || a.members.size() != b.members.size())
    return "it belongs to another ensemble";
  if (a.device != b.device) return fmt::format("it was begun on '{}', this is '{}'", a.device, b.device);
  if (a.precision != b.precision) return fmt::format("its precision is {}, not {}", a.precision, b.precision);
  if (a.batch != b.batch) return fmt::format("its batch is {}, not {}", a.batch, b.batch);
  if (a.images() != b.images()) return fmt::format("it is of {} images, not {}", a.images(), b.images());
  if (a.paths != b.paths || a.labels != b.labels) return "its images or labels differ";
  return "the ensemble's description has changed";
}

std::filesystem::path store_file(const std::filesystem::path& name) {
  OutputTarget target = find_output(name);
  if (target.kind != OutputTarget::Kind::file)
    throw bad_input("{}: a store is a file: expected the name of one, found a device or pipe", name.string());
  if (target.found)
    throw bad_input("{} exists; remove it first, or name another file with -o", name.string());
  return target.path;
}

// Returns 0, or errno. A file that has taken this name in the meantime stays.
int put_in_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  const bool done = renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0 ||
                    (errno == EINVAL && rename(from.c_str(), to.c_str()) == 0);  // not every file system can
  if (!done) return errno;
  const Descriptor folder(open(to.has_parent_path() ? to.parent_path().c_str() : ".", O_RDONLY | O_CLOEXEC));
  return folder ? sync_folder(folder.get()) : 0;
}

}  // namespace

StoreWriter::StoreWriter(const std::filesystem::path& path, StoreHeader header)
    : path_(store_file(path)),
      partial_(partial_path(path_)),
      header_(std::move(header)),
      logits_(header_.members.size() * kRows * static_cast<size_t>(header_.classes)),
      scorer_(recorded_order(header_), static_cast<int32_t>(header_.classes), PrefixDetail::all) {
  fd_ = ::open(partial_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
  if (fd_ < 0)
    throw run_time_error("cannot write {}: {}; check the folder and its permissions", partial_.string(),
                         std::strerror(errno));
  try {
    if (flock(fd_, LOCK_EX | LOCK_NB) != 0)
      throw bad_input("{} is being written by another process", partial_.string());
    start_file();
    keep_blocks();
  } catch (...) {
    close(fd_);
    throw;
  }
}

StoreWriter::~StoreWriter() { close(fd_); }

void StoreWriter::start_file() {
  const size_t size = std::filesystem::file_size(partial_);
  // Costs that lie here belong to a store that is gone: read unasked, they would pass for this one's.
  if (std::error_code ignored; size == 0) std::filesystem::remove(costs_path(path_), ignored);
  const auto begun = size > 0 ? MappedFile::open(partial_) : nullptr;
  size_t at = 0;
  const auto take = [&](std::span<const std::byte> piece) {
    const size_t common = std::min(piece.size(), size - std::min(size, at));
    if (common > 0 && !std::ranges::equal(piece.first(common), begun->bytes().subspan(at, common)))
      throw bad_input("{} was started by another command: {}; remove it, or run that command again",
                      partial_.string(),
                      difference(decode_header(begun->bytes(), partial_.string()).header, header_));
    // A process that ended inside the header left no image.
    if (common < piece.size()) write_all(at, piece);
    at += piece.size();
  };
  layout_ = header_.layout(encode_header(header_, take));
}

void StoreWriter::keep_blocks() {
  const auto file = MappedFile::open(partial_);
  const auto whole = [&](size_t at, size_t payload) {
    const size_t bytes = StoreLayout::part_bytes(payload);
    return at + bytes <= file->bytes().size() && part_is_whole(file->bytes().subspan(at, bytes));
  };
  for (; blocks_ < layout_.blocks(); ++blocks_) {
    const size_t start = layout_.block_start(blocks_), n = layout_.images_in(blocks_);
    bool good = whole(start, n * StoreLayout::kEntry);
    for (size_t s = 0; s < layout_.slabs && good; ++s)
      good = whole(layout_.slab_start(blocks_, s), n * layout_.row_bytes);
    if (!good) break;
    for (size_t i = 0; i < n; ++i) {
      Kept kept;
      uint32_t state;
      std::memcpy(kept.hash.data(), file->bytes().data() + start + i * StoreLayout::kHash,
                  StoreLayout::kHash);
      std::memcpy(&state, file->bytes().data() + start + n * StoreLayout::kHash + i * sizeof(state),
                  sizeof(state));
      kept.readable = state == 0;
      kept_.push_back(kept);
    }
  }
  const size_t end = blocks_ == layout_.blocks() ? layout_.file_bytes() : layout_.block_start(blocks_);
  if (ftruncate(fd_, static_cast<off_t>(end)) != 0)
    throw run_time_error("cannot write {}: {}", partial_.string(), std::strerror(errno));
}

void StoreWriter::append(const ContentHash& hash, std::span<const float> logits) {
  const auto classes = static_cast<size_t>(header_.classes);
  for (size_t m = 0; m < header_.members.size(); ++m) {
    float* row = logits_.data() + (m * kRows + rows_) * classes;
    if (logits.empty())
      std::fill_n(row, classes, std::numeric_limits<float>::quiet_NaN());
    else
      std::copy_n(logits.begin() + static_cast<std::ptrdiff_t>(m * classes), classes, row);
  }
  hashes_.push_back(hash);
  states_.push_back(logits.empty());
  ++rows_;
  if (rows_ == layout_.images_in(blocks_)) write_block();
}

size_t StoreWriter::written() const { return std::min(blocks_ * kRows, header_.images()); }

void StoreWriter::write_block() {
  std::vector<std::byte> block(layout_.block_bytes(rows_));
  std::memcpy(block.data(), hashes_.data(), rows_ * StoreLayout::kHash);
  std::memcpy(block.data() + rows_ * StoreLayout::kHash, states_.data(), rows_ * sizeof(uint32_t));
  const size_t entries = StoreLayout::part_bytes(rows_ * StoreLayout::kEntry);
  seal_part(std::span(block).first(entries));
  encode_slabs(std::span(block).subspan(entries));
  const size_t at = layout_.block_start(blocks_);
  try {
    write_all(at, block);
  } catch (const Error&) {
    // Only whole blocks stay, which keeps the file as small as possible on a full disk.
    [[maybe_unused]] const int ignored = ftruncate(fd_, static_cast<off_t>(at));
    throw;
  }
  ++blocks_;
  rows_ = 0;
  hashes_.clear();
  states_.clear();
}

void StoreWriter::encode_slabs(std::span<std::byte> block) {
  const auto classes = static_cast<size_t>(header_.classes);
  const size_t part = StoreLayout::part_bytes(rows_ * layout_.row_bytes);
  const size_t first = blocks_ * kRows;
  const auto logits = [&](size_t member) {
    return std::span<const float>(logits_).subspan(member * kRows * classes, rows_ * classes);
  };
  if (header_.form == StoreForm::compact) {
    std::vector<PrefixScore> scores(rows_ * header_.members.size());
    scorer_.run(std::span(header_.labels).subspan(first, rows_), logits, scores);
    std::memcpy(block.data(), scores.data(), scores.size() * sizeof(PrefixScore));
    seal_part(block.first(part));
    return;
  }
  for (size_t m = 0; m < header_.members.size(); ++m) {
    const auto slab = block.subspan(m * part, part);
    const auto values = logits(m);
    if (header_.form == StoreForm::fp32) {
      std::memcpy(slab.data(), values.data(), values.size_bytes());
    } else {
      for (size_t i = 0; i < values.size(); ++i) {
        const uint16_t half = float_to_half(values[i]);
        if (std::isfinite(values[i]) && (half & 0x7c00u) == 0x7c00u)
          throw bad_input("{}: member '{}' gave the logit {:g}, which fp16 cannot hold; leave out --half",
                          header_.paths[first + i / classes], header_.members[m].name, values[i]);
        std::memcpy(slab.data() + i * sizeof(half), &half, sizeof(half));
      }
    }
    seal_part(slab);
  }
}

void StoreWriter::write_all(size_t at, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      throw run_time_error(
          "cannot write {}: {}; {} of {} images are in it: make room and run the same command again to "
          "continue",
          partial_.string(), std::strerror(errno), blocks_ * kRows, header_.images());
    at += static_cast<size_t>(written);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
}

void StoreWriter::finish() {
  if (blocks_ != layout_.blocks())
    throw run_time_error("{}: {} blocks of {} were written", partial_.string(), blocks_, layout_.blocks());
  if (fsync(fd_) != 0) throw run_time_error("cannot write {}: {}", partial_.string(), std::strerror(errno));
  if (const int error = put_in_place(partial_, path_))
    throw run_time_error("cannot write {}: {}", path_.string(), std::strerror(error));
}

}  // namespace fxe
