// SPDX-License-Identifier: Apache-2.0
#include "engine/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>

#include "engine/error.h"
#include "engine/files/descriptor.h"
#include "engine/files/files_read.h"
#include "engine/utf8.h"

namespace fxe {

namespace {

// What a SIGBUS handler may look at: atomics only. The other fields are valid while `begin` is not 0.
struct Place {
  std::atomic<uintptr_t> begin{0}, end{0};
  std::atomic<const char*> name{nullptr};
};
std::array<Place, 8192> places;
std::mutex places_mutex;  // held by writers
static_assert(std::atomic<uintptr_t>::is_always_lock_free && std::atomic<const char*>::is_always_lock_free);

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) throw cannot_read(path, errno);
  if (S_ISDIR(status.st_mode)) throw bad_input("{}: expected a file, found a folder", path.string());
  if (!S_ISREG(status.st_mode)) throw bad_input("{}: expected a regular file", path.string());
  if (status.st_size <= 0) throw bad_input("{}: found an empty file", path.string());
  note_file_read(status, path);
  const auto size = static_cast<size_t>(status.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED && errno == ENOMEM)
    throw run_time_error("{}: out of memory: {} bytes of address space were needed to map it", path.string(),
                         size);
  if (data == MAP_FAILED) throw cannot_read(path, errno);
  return std::shared_ptr<const MappedFile>(new MappedFile(data, size, path));
}

MappedFile::MappedFile(void* data, size_t size, const std::filesystem::path& path)
    : data_(data), size_(size), name_(on_one_line(path.string())) {
  const std::lock_guard lock(places_mutex);
  const auto free = std::ranges::find_if(places, [](const Place& place) { return place.begin == 0; });
  if (free == places.end()) return;
  free->name = name_.c_str();
  free->end = reinterpret_cast<uintptr_t>(data_) + size_;
  free->begin = reinterpret_cast<uintptr_t>(data_);
}

MappedFile::~MappedFile() {
  {
    const std::lock_guard lock(places_mutex);
    for (Place& place : places)
      if (place.begin == reinterpret_cast<uintptr_t>(data_)) place.begin = 0;
  }
  munmap(data_, size_);
}

const char* file_mapped_at(const void* address) {
  const auto at = reinterpret_cast<uintptr_t>(address);
  for (const Place& place : places) {
    const uintptr_t begin = place.begin;
    if (begin != 0 && begin <= at && at < place.end) return place.name;
  }
  return nullptr;
}

void MappedFile::forget(size_t from, size_t to) const {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t first = from / page * page, end = std::min(to, size_) / page * page;
  // If it fails, nothing changes.
  if (first < end) (void)madvise(static_cast<std::byte*>(data_) + first, end - first, MADV_DONTNEED);
}

}  // namespace fxe
