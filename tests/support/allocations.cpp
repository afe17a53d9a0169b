// SPDX-License-Identifier: Apache-2.0
#include "tests/support/allocations.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <stdexcept>

#ifdef __SANITIZE_ADDRESS__
// From sanitizer/allocator_interface.h, which GCC does not install.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, size_t),
                                                         void (*on_free)(const volatile void*));
#endif

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FXE_COUNTS_ALLOCATIONS 1
#endif

namespace {

struct Record {
  void* caller;
  size_t bytes;
};
std::atomic<bool> counting = false;
std::atomic<size_t> counted = 0;
std::array<Record, size_t{1} << 16> records;
std::atomic<size_t> limit = 0, asked = 0;

void charge(size_t bytes) {
  const size_t allowed = limit.load(std::memory_order_relaxed);
  if (allowed == 0 || (asked += bytes) <= allowed) return;
  limit = 0;
  constexpr char kMessage[] = "\nmore memory was asked for than is allowed\n";
  if (write(STDERR_FILENO, kMessage, sizeof kMessage - 1) >= 0) std::abort();
}

}  // namespace

#ifdef FXE_COUNTS_ALLOCATIONS

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
}

namespace {

void count(void* caller, size_t bytes) {
  charge(bytes);
  if (!counting.load(std::memory_order_relaxed)) return;
  const size_t i = counted.fetch_add(1);
  if (i < records.size()) records[i] = {caller, bytes};
}

void* or_throw(void* data) {
  if (!data) throw std::bad_alloc();
  return data;
}

}  // namespace

#define FXE_COUNT(bytes) count(__builtin_return_address(0), bytes)

extern "C" {

void* malloc(size_t bytes) {
  FXE_COUNT(bytes);
  return __libc_malloc(bytes);
}

void* calloc(size_t n, size_t bytes) {
  FXE_COUNT(n * bytes);
  return __libc_calloc(n, bytes);
}

void* realloc(void* data, size_t bytes) {
  FXE_COUNT(bytes);
  return __libc_realloc(data, bytes);
}

void* memalign(size_t alignment, size_t bytes) {
  FXE_COUNT(bytes);
  return __libc_memalign(alignment, bytes);
}

void* aligned_alloc(size_t alignment, size_t bytes) {
  FXE_COUNT(bytes);
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** data, size_t alignment, size_t bytes) {
  FXE_COUNT(bytes);
  *data = __libc_memalign(alignment, bytes);
  return *data ? 0 : ENOMEM;
}
}

// libstdc++'s operator new would appear as malloc's caller, whoever called it. Its deletes free what
// these return.
void* operator new(size_t bytes) {
  FXE_COUNT(bytes);
  return or_throw(__libc_malloc(bytes));
}

void* operator new[](size_t bytes) {
  FXE_COUNT(bytes);
  return or_throw(__libc_malloc(bytes));
}

void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  FXE_COUNT(bytes);
  return __libc_malloc(bytes);
}

void* operator new[](size_t bytes, const std::nothrow_t&) noexcept {
  FXE_COUNT(bytes);
  return __libc_malloc(bytes);
}

#endif

namespace fxe::test {

namespace {

Allocation described(const Record& record) {
  Dl_info info{};
  if (!dladdr(record.caller, &info)) return {record.bytes, "unknown", "?"};
  const std::string file = info.dli_fname;
  return {record.bytes, file.substr(file.rfind('/') + 1), info.dli_sname ? info.dli_sname : "?"};
}

}  // namespace

std::vector<Allocation> allocations_during(const std::function<void()>& f) {
  counted = 0;
  counting = true;
  f();
  counting = false;
  if (counted > records.size()) throw std::runtime_error("more allocations than can be recorded");
  std::vector<Allocation> found;
  for (size_t i = 0; i < counted; ++i) found.push_back(described(records[i]));
  return found;
}

void limit_allocations(size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  static const bool kHooked = [] {
    return __sanitizer_install_malloc_and_free_hooks([](const volatile void*, size_t size) { charge(size); },
                                                     [](const volatile void*) {}) != 0;
  }();
  if (!kHooked) throw std::runtime_error("AddressSanitizer took no hook for allocations");
#endif
  asked = 0;
  limit = bytes;
}

bool can_count_allocations() {
#ifdef FXE_COUNTS_ALLOCATIONS
  return true;
#else
  return false;
#endif
}

}  // namespace fxe::test
