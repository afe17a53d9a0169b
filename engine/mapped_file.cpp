// SPDX-License-Identifier: Apache-2.0
#include "engine/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/error.h"
#include "engine/files/files_read.h"

namespace fxe {

namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) throw bad_input("cannot open {}: {}", path.string(), std::strerror(errno));
  struct stat status {};
  if (fstat(file.fd, &status) != 0)
    throw bad_input("cannot read {}: {}", path.string(), std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw bad_input("{}: expected a file, found a folder", path.string());
  if (!S_ISREG(status.st_mode)) throw bad_input("{}: expected a regular file", path.string());
  if (status.st_size <= 0) throw bad_input("{}: found an empty file", path.string());
  note_file_read(status);
  const auto size = static_cast<size_t>(status.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (data == MAP_FAILED && errno == ENOMEM)
    throw run_time_error("{}: out of memory: {} bytes of address space were needed to map it", path.string(),
                         size);
  if (data == MAP_FAILED) throw bad_input("cannot read {}: {}", path.string(), std::strerror(errno));
  return std::shared_ptr<const MappedFile>(new MappedFile(data, size));
}

MappedFile::~MappedFile() { munmap(data_, size_); }

void MappedFile::forget(size_t from, size_t to) const {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t first = from / page * page, end = std::min(to, size_) / page * page;
  // Where it fails, all is as it was.
  if (first < end) (void)madvise(static_cast<std::byte*>(data_) + first, end - first, MADV_DONTNEED);
}

}  // namespace fxe
