// SPDX-License-Identifier: Apache-2.0
#include "engine/atomic_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "engine/error.h"

namespace fxe {

AtomicFile::AtomicFile(std::filesystem::path path)
    : path_(std::move(path)), temporary_(path_.string() + fmt::format(".{}.tmp", getpid())) {
  errno = 0;
  stream_.open(temporary_, std::ios::binary | std::ios::trunc);
  if (!stream_)
    throw run_time_error("cannot write {}: {}; check the folder and its permissions", path_.string(),
                         std::strerror(errno));
}

AtomicFile::~AtomicFile() {
  if (temporary_.empty()) return;
  stream_.close();
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::write(std::string_view bytes) {
  stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void AtomicFile::commit() {
  errno = 0;
  stream_.close();
  if (!stream_)
    throw run_time_error("cannot write {}: {}; is the disk full?", path_.string(), std::strerror(errno));
  std::error_code error;
  std::filesystem::rename(temporary_, path_, error);
  if (error) throw run_time_error("cannot write {}: {}", path_.string(), error.message());
  temporary_.clear();
}

}  // namespace fxe
