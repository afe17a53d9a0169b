// SPDX-License-Identifier: Apache-2.0
#include "engine/files/descriptor.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace fxe {

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (written == 0) {
      return EIO;
    } else if (errno == EAGAIN) {  // another process that shares this pipe or terminal made it non-blocking
      pollfd room{fd, POLLOUT, 0};
      poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int sync_folder(int fd) {
  return fsync(fd) == 0 || errno == EINVAL || errno == EBADF || errno == EROFS ? 0 : errno;
}

}  // namespace fxe
