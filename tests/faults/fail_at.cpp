// SPDX-License-Identifier: Apache-2.0
// Loaded before the C library's own (LD_PRELOAD): makes one call of a kind that files are written with fail,
// or ends the process there.
//   FXE_FAIL        open | write | fsync | rename | truncate: which kind; opening counts where it makes a
//   file FXE_FAIL_AT     the call that fails, from 1; 0: none FXE_FAIL_ERRNO  with which errno; 0: SIGKILL in
//   its place FXE_FAIL_COUNT  a file for the number of calls of that kind
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<int> calls = 0;

int number(const char* variable) {
  const char* text = std::getenv(variable);
  return text ? std::atoi(text) : 0;
}

// True, with errno, where this call is the one.
bool fails(const char* kind) {
  const char* wanted = std::getenv("FXE_FAIL");
  if (!wanted || std::strcmp(wanted, kind) != 0 || ++calls != number("FXE_FAIL_AT")) return false;
  const int error = number("FXE_FAIL_ERRNO");
  if (error == 0) raise(SIGKILL);
  errno = error;
  return true;
}

bool is_file(int fd) {
  struct stat status {};
  return fd > STDERR_FILENO && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

template <class F>
F* next(F*, const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

mode_t mode_of(int flags, va_list arguments) { return flags & O_CREAT ? va_arg(arguments, mode_t) : 0; }

struct Count {
  ~Count() {
    const char* path = std::getenv("FXE_FAIL_COUNT");
    if (!path) return;
    const long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    char text[16];
    const int length = std::snprintf(text, sizeof text, "%d", calls.load());
    if (fd >= 0) syscall(SYS_write, fd, text, length);
  }
} count;

}  // namespace

extern "C" {

#define FXE_OPENAT(name)                                                     \
  int name(int folder, const char* path, int flags, ...) {                   \
    va_list arguments;                                                       \
    va_start(arguments, flags);                                              \
    const mode_t mode = mode_of(flags, arguments);                           \
    va_end(arguments);                                                       \
    if ((flags & O_CREAT) && fails("open")) return -1;                       \
    return static_cast<int>(syscall(SYS_openat, folder, path, flags, mode)); \
  }
FXE_OPENAT(openat)
FXE_OPENAT(openat64)

#define FXE_OPEN(name)                                                         \
  int name(const char* path, int flags, ...) {                                 \
    va_list arguments;                                                         \
    va_start(arguments, flags);                                                \
    const mode_t mode = mode_of(flags, arguments);                             \
    va_end(arguments);                                                         \
    if ((flags & O_CREAT) && fails("open")) return -1;                         \
    return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode)); \
  }
FXE_OPEN(open)
FXE_OPEN(open64)

ssize_t write(int fd, const void* bytes, size_t count_) {
  if (is_file(fd) && fails("write")) return -1;
  return syscall(SYS_write, fd, bytes, count_);
}
ssize_t pwrite(int fd, const void* bytes, size_t count_, off_t at) {
  if (fails("write")) return -1;
  return next(&pwrite, "pwrite")(fd, bytes, count_, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t count_, off64_t at) {
  if (fails("write")) return -1;
  return next(&pwrite64, "pwrite64")(fd, bytes, count_, at);
}
int fsync(int fd) {
  if (fails("fsync")) return -1;
  return static_cast<int>(syscall(SYS_fsync, fd));
}
int rename(const char* from, const char* to) {
  if (fails("rename")) return -1;
  return next(&rename, "rename")(from, to);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  if (fails("rename")) return -1;
  return next(&renameat, "renameat")(from_folder, from, to_folder, to);
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  if (fails("rename")) return -1;
  return next(&renameat2, "renameat2")(from_folder, from, to_folder, to, flags);
}
int ftruncate(int fd, off_t length) {
  if (fails("truncate")) return -1;
  return next(&ftruncate, "ftruncate")(fd, length);
}
int ftruncate64(int fd, off64_t length) {
  if (fails("truncate")) return -1;
  return next(&ftruncate64, "ftruncate64")(fd, length);
}

}  // extern "C"
