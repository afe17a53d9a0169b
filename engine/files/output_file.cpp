// SPDX-License-Identifier: Apache-2.0
#include "engine/files/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr size_t kBuffer = size_t{1} << 16;

Error cannot(const std::filesystem::path& name, int error) {
  return run_time_error("cannot write {}: {}", name.string(), std::strerror(error));
}

}  // namespace

void OutputFile::open(const std::filesystem::path& name, const OutputTarget& target) {
  name_ = name;
  replaced_ = target.found;
  switch (target.kind) {
    case OutputTarget::Kind::descriptor:
      direct_ = Descriptor(fcntl(target.descriptor, F_DUPFD_CLOEXEC, 0));
      if (!direct_) throw cannot(name_, errno);
      break;
    case OutputTarget::Kind::special:
      open_special(target);
      break;
    case OutputTarget::Kind::file:
      // A rename does not check whether the file itself may be written.
      if (replaced_ && faccessat(AT_FDCWD, target.path.c_str(), W_OK, AT_EACCESS) != 0)
        throw cannot(name_, errno);
      temporary_.emplace(target.path, replaced_ ? 0600 : 0666);
  }
}

OutputFile::~OutputFile() = default;

// Gives a named pipe's reader a while to open it: a script may start it a moment later.
void OutputFile::open_special(const OutputTarget& target) {
  constexpr std::chrono::milliseconds kWait{5000}, kStep{20};
  const auto end = std::chrono::steady_clock::now() + kWait;
  for (;;) {
    direct_ = Descriptor(::open(target.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (direct_) break;
    if (errno != ENXIO || !S_ISFIFO(target.found->st_mode)) throw cannot(name_, errno);
    if (std::chrono::steady_clock::now() > end)
      throw run_time_error("cannot write {}: no process has opened this pipe to read from it",
                           name_.string());
    std::this_thread::sleep_for(kStep);
  }
  fcntl(direct_.get(), F_SETFL, fcntl(direct_.get(), F_GETFL) & ~O_NONBLOCK);
}

void OutputFile::write(std::string_view bytes) {
  if (!*this) return;
  if (buffer_.size() + bytes.size() > kBuffer) flush();
  if (bytes.size() <= kBuffer)
    buffer_ += bytes;
  else if (!error_)
    error_ = write_all(temporary_ ? temporary_->fd() : direct_.get(), bytes);
}

void OutputFile::flush() {
  if (!error_) error_ = write_all(temporary_ ? temporary_->fd() : direct_.get(), buffer_);
  buffer_.clear();
}

// As far as this user may. If the group cannot be kept, the old group's permissions are not given to the
// new one.
void OutputFile::keep_owner() {
  const int fd = temporary_->fd();
  mode_t mode = replaced_->st_mode & 0777;
  if (fchown(fd, replaced_->st_uid, replaced_->st_gid) != 0 &&
      fchown(fd, static_cast<uid_t>(-1), replaced_->st_gid) != 0)
    mode &= ~static_cast<mode_t>(070);
  if (fchmod(fd, mode) != 0) error_ = errno;
}

void OutputFile::commit() {
  if (!*this) return;
  flush();
  if (temporary_ && replaced_ && !error_) keep_owner();
  if (temporary_ && !error_) error_ = temporary_->take_name();
  temporary_.reset();
  direct_.close();
  if (error_) throw cannot(name_, error_);
}

}  // namespace fxe
