// SPDX-License-Identifier: Apache-2.0
#include "engine/files/append_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/error.h"

namespace fxe {

namespace {

Error cannot(const std::filesystem::path& name, int error) {
  return run_time_error("cannot write {}: {}", name.string(), std::strerror(error));
}

// Reads no more than a head line has.
void check_head(const std::filesystem::path& name, const std::filesystem::path& path,
                const std::string& head) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string found(head.size() + 1, ' ');
  const ssize_t bytes = file ? read(file.get(), found.data(), found.size()) : -1;
  if (bytes < 0) throw cannot(name, errno);
  found.resize(static_cast<size_t>(bytes));
  if (found != head + '\n')
    throw bad_input("{}: expected a results file that starts '{}', found '{}'; name another file",
                    name.string(), head, found.substr(0, std::min<size_t>(found.find_first_of("\r\n"), 80)));
}

}  // namespace

AppendFile::AppendFile(const std::filesystem::path& name, const OutputTarget& target, std::string head)
    : name_(name), target_(target), head_(std::move(head)) {
  if (target_.kind != OutputTarget::Kind::file) {
    direct_.open(name, target);
    return;
  }
  if (target_.found && target_.found->st_size > 0) check_head(name_, target_.path, head_);
  const auto folder = target_.path.has_parent_path() ? target_.path.parent_path() : ".";
  if (faccessat(AT_FDCWD, target_.found ? target_.path.c_str() : folder.c_str(), W_OK, AT_EACCESS) != 0)
    throw cannot(name_, errno);
}

void AppendFile::commit() {
  if (lines_.empty() || name_.empty()) return;
  const std::string lines = std::exchange(lines_, {});
  if (direct_) {
    direct_.write(head_ + '\n' + lines);
    direct_.commit();
    return;
  }
  Descriptor file;
  struct stat status {};
  do {  // again where another process has removed the file that it made
    file = Descriptor(
        open(target_.path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
    if (!file) throw cannot(name_, errno);
    flock(file.get(), LOCK_EX);  // without locks, one write is all that keeps lines whole
    if (fstat(file.get(), &status) != 0) throw cannot(name_, errno);
  } while (status.st_nlink == 0);
  const int error = append(file.get(), status.st_size, lines);
  if (!error) return;
  [[maybe_unused]] int ignored = ftruncate(file.get(), status.st_size);
  if (!target_.found && status.st_size == 0) ignored = unlink(target_.path.c_str());
  throw cannot(name_, error);
}

// To a file of so many bytes. Returns 0, or errno.
int AppendFile::append(int file, off_t bytes, const std::string& lines) const {
  char last = '\n';
  if (bytes > 0 && pread(file, &last, 1, bytes - 1) != 1) return errno;
  const std::string before = bytes == 0 ? head_ + '\n' : last == '\n' ? "" : "\n";
  if (const int error = write_all(file, before + lines)) return error;
  return fsync(file) == 0 ? 0 : errno;
}

}  // namespace fxe
