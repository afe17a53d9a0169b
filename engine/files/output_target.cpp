// SPDX-License-Identifier: Apache-2.0
#include "engine/files/output_target.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "engine/error.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : "."; }

// N of /dev/fd/N and /proc/self/fd/N: such links name an open file, not a path.
std::optional<int> own_descriptor(const fs::path& path) {
  std::error_code error;
  const auto folder = fs::canonical(folder_of(path), error);
  if (error || folder != fmt::format("/proc/{}/fd", getpid())) return std::nullopt;
  const std::string digits = path.filename().string();
  int fd = -1;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return fd;
}

Error cannot(const fs::path& name, int error) {
  return run_time_error("cannot write {}: {}", name.string(), std::strerror(error));
}

}  // namespace

OutputTarget find_output(const fs::path& name) {
  constexpr int kMostLinks = 40;  // the kernel's limit
  OutputTarget target{.path = name};
  if (name == "-") {
    target.kind = OutputTarget::Kind::descriptor;
    target.descriptor = STDOUT_FILENO;
    return target;
  }
  struct stat status {};
  for (int links = 0;; ++links) {
    if (!target.path.has_filename())
      throw bad_input("{}: expected the name of a file, found that of a folder", name.string());
    if (const auto fd = own_descriptor(target.path)) {
      target.kind = OutputTarget::Kind::descriptor;
      target.descriptor = *fd;
      return target;
    }
    if (lstat(target.path.c_str(), &status) != 0) {
      if (errno == ENOENT) return target;  // opening it finds out whether its folder exists
      throw cannot(name, errno);
    }
    if (!S_ISLNK(status.st_mode)) break;
    if (links == kMostLinks) throw cannot(name, ELOOP);
    std::error_code error;
    const auto to = fs::read_symlink(target.path, error);
    if (error) throw cannot(name, error.value());
    target.path = folder_of(target.path) / to;  // `to` alone if it is absolute
  }
  target.found = status;
  if (S_ISDIR(status.st_mode))
    throw bad_input("{}: expected the name of a file, found a folder", name.string());
  if (S_ISBLK(status.st_mode))
    throw bad_input("{}: expected the name of a file, found a disk", name.string());
  struct stat out {};
  if (!S_ISREG(status.st_mode)) {
    target.kind = OutputTarget::Kind::special;
  } else if (fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == status.st_dev && out.st_ino == status.st_ino) {
    // Replacing the file by a new one of this name would lose what is printed.
    target.kind = OutputTarget::Kind::descriptor;
    target.descriptor = STDOUT_FILENO;
  }
  return target;
}

bool same_file(const OutputTarget& a, const OutputTarget& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == OutputTarget::Kind::descriptor) return a.descriptor == b.descriptor;
  if (a.kind == OutputTarget::Kind::special) return false;  // /dev/null takes everything
  if (a.found || b.found)
    return a.found && b.found && a.found->st_dev == b.found->st_dev && a.found->st_ino == b.found->st_ino;
  std::error_code error;
  const auto whole = [&](const fs::path& p) {
    return fs::weakly_canonical(folder_of(p), error) / p.filename();
  };
  return whole(a.path) == whole(b.path);
}

}  // namespace fxe
