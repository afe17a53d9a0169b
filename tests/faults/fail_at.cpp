// SPDX-License-Identifier: Apache-2.0
// Loaded before the C library's own (LD_PRELOAD): makes one call of a kind fail, or ends the process there.
// Calls count from main() on.
//   FXE_FAIL        which kind: open | write | fsync | rename | truncate, of files that are written (opening
//                   counts where it makes a file); read, of files that have a size; map, of files; thread:
//                   its start; new: memory that the program itself asks for (not a library, whose answer to
//                   null is its own)
//   FXE_FAIL_AT     the call that fails, from 1; 0: none
//   FXE_FAIL_ERRNO  with which errno; 0: SIGKILL in its place
//   FXE_FAIL_COUNT  a file for the number of calls of that kind
//   FXE_FAIL_TRACE  a file for who made the call that failed: addresses in the program, innermost first
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

std::atomic<int> calls = 0;
std::atomic<bool> in_main = false;
using Main = int (*)(int, char**, char**);
Main its_main;

int main_from_here(int count, char** words, char** environment) {
  in_main = true;
  return its_main(count, words, environment);
}

int number(const char* variable) {
  const char* text = std::getenv(variable);
  return text ? std::atoi(text) : 0;
}

// Of the program itself: the first that the loader lists.
struct Code {
  uintptr_t base = 0, begin = 0, end = 0;
  bool holds(const void* address) const {
    const auto at = reinterpret_cast<uintptr_t>(address);
    return at >= begin && at < end;
  }
};

int find_code(dl_phdr_info* object, size_t, void* found) {
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X)) continue;
    auto& code = *static_cast<Code*>(found);
    code.base = object->dlpi_addr;
    code.begin = object->dlpi_addr + segment.p_vaddr;
    code.end = code.begin + segment.p_memsz;
  }
  return 1;
}

const Code& program() {
  static const Code code = [] {
    Code found;
    dl_iterate_phdr(find_code, &found);
    return found;
  }();
  return code;
}

void write_file(const char* variable, const char* text, int length) {
  const char* path = std::getenv(variable);
  if (!path) return;
  const long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) return;
  syscall(SYS_write, fd, text, length);
  syscall(SYS_close, fd);
}

void write_trace() {
  if (!std::getenv("FXE_FAIL_TRACE")) return;
  void* callers[64];
  const int count = backtrace(callers, 64);
  char text[2048];
  int length = 0;
  for (int i = 0; i < count && length + 24 < static_cast<int>(sizeof text); ++i)
    if (program().holds(callers[i]))
      length += std::snprintf(text + length, sizeof text - static_cast<size_t>(length), "%zx\n",
                              reinterpret_cast<uintptr_t>(callers[i]) - program().base);
  write_file("FXE_FAIL_TRACE", text, length);
}

// True, with errno, where this call is the one.
bool fails(const char* kind) {
  const char* wanted = std::getenv("FXE_FAIL");
  if (!in_main || !wanted || std::strcmp(wanted, kind) != 0 || ++calls != number("FXE_FAIL_AT")) return false;
  const int error = number("FXE_FAIL_ERRNO");
  write_trace();
  if (error == 0) raise(SIGKILL);
  errno = error;
  return true;
}

bool is_file(int fd, off_t least_bytes = 0) {
  struct stat status {};
  return fd > STDERR_FILENO && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
         status.st_size >= least_bytes;
}

template <class F>
F* next(F*, const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

mode_t mode_of(int flags, va_list arguments) { return flags & O_CREAT ? va_arg(arguments, mode_t) : 0; }

void* allocate(size_t bytes, size_t alignment, const void* caller) {
  if (program().holds(caller) && fails("new")) throw std::bad_alloc();
  void* memory = alignment == 0
                     ? std::malloc(bytes ? bytes : 1)
                     : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (!memory) throw std::bad_alloc();
  return memory;
}

struct Count {
  ~Count() {
    char text[16];
    write_file("FXE_FAIL_COUNT", text, std::snprintf(text, sizeof text, "%d", calls.load()));
  }
} count;

}  // namespace

extern "C" {

int __libc_start_main(Main main, int count, char** words, void (*begin)(), void (*end)(),
                      void (*end_loader)(), void* stack) {
  its_main = main;
  return next(&__libc_start_main, "__libc_start_main")(main_from_here, count, words, begin, end, end_loader,
                                                       stack);
}

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

ssize_t read(int fd, void* to, size_t count_) {
  if (is_file(fd, 1) && fails("read")) return -1;
  return syscall(SYS_read, fd, to, count_);
}
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
void* mmap(void* at, size_t bytes, int protection, int flags, int fd, off_t offset) {
  if (fd >= 0 && fails("map")) return MAP_FAILED;
  return next(&mmap, "mmap")(at, bytes, protection, flags, fd, offset);
}
void* mmap64(void* at, size_t bytes, int protection, int flags, int fd, off64_t offset) {
  if (fd >= 0 && fails("map")) return MAP_FAILED;
  return next(&mmap64, "mmap64")(at, bytes, protection, flags, fd, offset);
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument) {
  if (fails("thread")) return errno;
  return next(&pthread_create, "pthread_create")(thread, attributes, run, argument);
}

}  // extern "C"

void* operator new(size_t bytes) { return allocate(bytes, 0, __builtin_return_address(0)); }
void* operator new[](size_t bytes) { return allocate(bytes, 0, __builtin_return_address(0)); }
void* operator new(size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<size_t>(alignment), __builtin_return_address(0));
}
void* operator new[](size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<size_t>(alignment), __builtin_return_address(0));
}
