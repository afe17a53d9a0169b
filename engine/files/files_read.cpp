// SPDX-License-Identifier: Apache-2.0
#include "engine/files/files_read.h"

#include <atomic>
#include <mutex>
#include <set>

namespace fxe {

namespace {

std::atomic<bool> noting = false;
std::mutex mutex;
std::set<std::pair<dev_t, ino_t>> files;

}  // namespace

void start_noting_files() {
  const std::lock_guard lock(mutex);
  files.clear();
  noting = true;
}

void stop_noting_files() { noting = false; }

void note_file_read(const struct stat& status) {
  if (!noting) return;
  const std::lock_guard lock(mutex);
  files.emplace(status.st_dev, status.st_ino);
}

bool was_file_read(const struct stat& status) {
  const std::lock_guard lock(mutex);
  return files.contains({status.st_dev, status.st_ino});
}

}  // namespace fxe
