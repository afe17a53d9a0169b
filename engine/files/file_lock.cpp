// SPDX-License-Identifier: Apache-2.0
#include "engine/files/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "engine/error.h"

namespace fxe {

FileLock::FileLock(const std::filesystem::path& path) {
  // The lock is the file's own, which whoever held it before may have replaced meanwhile.
  for (;;) {
    file_ = Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC));  // on NFS such locks need the right to write
    if (!file_) file_ = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file_) throw bad_input("cannot open {}: {}", path.string(), std::strerror(errno));
    while (flock(file_.get(), LOCK_EX) != 0)
      if (errno != EINTR) return;  // a file system without locks
    struct stat locked {
    }, named{};
    if (fstat(file_.get(), &locked) == 0 && stat(path.c_str(), &named) == 0 &&
        locked.st_dev == named.st_dev && locked.st_ino == named.st_ino)
      return;
  }
}

}  // namespace fxe
