// SPDX-License-Identifier: Apache-2.0
#include "engine/files/temporary_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "engine/error.h"
#include "engine/signals.h"

namespace fxe {

namespace {

constexpr std::string_view kEnding = ".fxe-tmp";
constexpr size_t kDigits = 16;
constexpr size_t kLongestName =
    NAME_MAX - kDigits - kEnding.size() - 2;  // how much of the target's name is kept

// What a signal handler may read: none of it moves or is freed. If there are more files than slots, the next
// run removes the rest.
struct Slot {
  enum State { empty, taken, ready };
  std::atomic<int> state = empty;
  int folder = -1;
  std::array<char, NAME_MAX + 1> name;
};
std::array<Slot, 64> slots;
static_assert(std::atomic<int>::is_always_lock_free);

int take_slot(int folder, const std::string& name) {
  for (size_t i = 0; i < slots.size(); ++i) {
    int free = Slot::empty;
    if (!slots[i].state.compare_exchange_strong(free, Slot::taken)) continue;
    slots[i].folder = folder;
    std::memcpy(slots[i].name.data(), name.c_str(), name.size() + 1);
    slots[i].state = Slot::ready;
    return static_cast<int>(i);
  }
  return -1;
}

std::string random_digits() {
  uint64_t bits = 0;
  if (getrandom(&bits, sizeof bits, 0) != sizeof bits)
    throw run_time_error("no random numbers: {}", std::strerror(errno));
  return fmt::format("{:016x}", bits);
}

bool is_of(std::string_view name, std::string_view prefix) {
  return name.size() == prefix.size() + kDigits + kEnding.size() && name.starts_with(prefix) &&
         name.ends_with(kEnding) &&
         name.substr(prefix.size(), kDigits).find_first_not_of("0123456789abcdef") == name.npos;
}

}  // namespace

TemporaryFile::TemporaryFile(const std::filesystem::path& target, mode_t mode)
    : target_(target.filename().string()), prefix_('.' + target_.substr(0, kLongestName) + '.') {
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
  const auto cannot = [&] {
    return run_time_error("cannot write {}: {}; check the folder and its permissions", target.string(),
                          std::strerror(errno));
  };
  if (target_.size() > NAME_MAX) {
    errno = ENAMETOOLONG;
    throw cannot();
  }
  folder_ = Descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) folder_ = Descriptor(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) throw cannot();
  remove_left_over();
  at_signal(remove_temporary_files);
  // libgomp ends a process with exit() if it cannot start a thread.
  [[maybe_unused]] static const int at_exit = std::atexit(remove_temporary_files);
  while (!make(mode))
    if (errno != EEXIST) throw cannot();
}

TemporaryFile::~TemporaryFile() {
  if (!file_) return;
  if (!name_.empty()) unlinkat(folder_.get(), name_.c_str(), 0);
  if (slot_ >= 0) slots[static_cast<size_t>(slot_)].state = Slot::empty;
}

// False, with errno EEXIST, if another name must be tried.
bool TemporaryFile::make(mode_t mode) {
  std::string name = prefix_ + random_digits() + std::string(kEnding);
  const int slot = take_slot(folder_.get(), name);
  Descriptor file(
      openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  struct stat status {};
  int error = file ? 0 : errno;
  // Until it is locked, another process may take it for a leftover and remove it.
  if (file && flock(file.get(), LOCK_EX) == 0 && fstat(file.get(), &status) == 0 && status.st_nlink == 0)
    error = EEXIST;
  if (error) {
    if (slot >= 0) slots[static_cast<size_t>(slot)].state = Slot::empty;
    errno = error;
    return false;
  }
  file_ = std::move(file);
  name_ = std::move(name);  // a copy could fail, and leave the file
  slot_ = slot;
  return true;
}

void TemporaryFile::remove_left_over() const {
  const int listed = openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (listed < 0) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(fdopendir(listed), closedir);
  if (!folder) {
    close(listed);
    return;
  }
  while (const dirent* entry = readdir(folder.get())) {
    if (!is_of(entry->d_name, prefix_)) continue;
    const Descriptor file(
        openat(folder_.get(), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (file && fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) &&
        flock(file.get(), LOCK_EX | LOCK_NB) == 0)
      unlinkat(folder_.get(), entry->d_name, 0);
  }
}

int TemporaryFile::take_name() {
  if (fsync(file_.get()) != 0) return errno;
  if (renameat(folder_.get(), name_.c_str(), folder_.get(), target_.c_str()) != 0) return errno;
  name_.clear();
  return sync_folder(folder_.get());
}

void remove_temporary_files() noexcept {
  for (Slot& slot : slots)
    if (slot.state == Slot::ready) unlinkat(slot.folder, slot.name.data(), 0);
}

}  // namespace fxe
