// SPDX-License-Identifier: Apache-2.0
#include "engine/files/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "engine/files/files_read.h"

namespace fxe {

FileLock::FileLock(const std::filesystem::path& path) {
  // The lock belongs to the file, which the previous holder may have replaced in the meantime.
  for (;;) {
    file_ = Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC));  // NFS locks need write access
    if (!file_) file_ = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file_) throw cannot_read(path, errno);
    while (flock(file_.get(), LOCK_EX) != 0)
      if (errno != EINTR) return;  // the file system has no locks
    struct stat locked {
    }, named{};
    if (fstat(file_.get(), &locked) == 0 && stat(path.c_str(), &named) == 0 &&
        locked.st_dev == named.st_dev && locked.st_ino == named.st_ino)
      return;
  }
}

}  // namespace fxe
