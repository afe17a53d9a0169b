// SPDX-License-Identifier: Apache-2.0
#include "engine/files/files_read.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <vector>

namespace fxe {

namespace {

std::atomic<bool> noting = false;
std::mutex mutex;
std::set<std::pair<dev_t, ino_t>> files;

struct Slowly {
  std::filesystem::path path;
  struct stat status;
};
std::vector<Slowly> read_slowly;

bool same_content(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

Error cannot_read(const std::filesystem::path& path, int error) {
  if (error == ENOENT) return bad_input("{}: no such file", path.string());
  for (const int of_the_name : {ENOTDIR, ENAMETOOLONG, ELOOP, EISDIR, ENXIO, ENODEV})
    if (error == of_the_name) return bad_input("{}: cannot be read: {}", path.string(), std::strerror(error));
  return run_time_error("{}: cannot be read: {}", path.string(), std::strerror(error));
}

void start_noting_files() {
  const std::lock_guard lock(mutex);
  files.clear();
  read_slowly.clear();
  noting = true;
}

void stop_noting_files() { noting = false; }

void note_file_read(const struct stat& status) {
  if (!noting) return;
  const std::lock_guard lock(mutex);
  files.emplace(status.st_dev, status.st_ino);
}

void note_file_read(const struct stat& status, const std::filesystem::path& path) {
  note_file_read(status);
  if (!noting) return;
  const std::lock_guard lock(mutex);
  read_slowly.push_back({path, status});
}

void expect_files_unchanged() {
  const std::lock_guard lock(mutex);
  for (const auto& file : read_slowly) {
    struct stat now {};
    if (stat(file.path.c_str(), &now) != 0 || !same_content(file.status, now))
      throw run_time_error("{}: changed while it was read; run this again", file.path.string());
  }
}

bool was_file_read(const struct stat& status) {
  const std::lock_guard lock(mutex);
  return files.contains({status.st_dev, status.st_ino});
}

}  // namespace fxe
