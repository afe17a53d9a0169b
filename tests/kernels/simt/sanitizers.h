// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// What the sanitizers must be told about fibers. Each call does nothing without its sanitizer.
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

// SIMT_TSAN: the kernels are compiled with -fsanitize=thread. The runtime itself must not be: what it does
// between two fibers is not communication between them. For the same reason nothing here allocates while a
// fiber runs.
#if defined(SIMT_TSAN)
extern "C" {
void* __tsan_get_current_fiber(void);
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
void __tsan_set_fiber_name(void* fiber, const char* name);
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}
#endif

namespace simt {

#if defined(SIMT_TSAN)
inline constexpr bool kTsan = true;
inline void* tsan_current() { return __tsan_get_current_fiber(); }
inline void* tsan_create() { return __tsan_create_fiber(0); }
inline void tsan_destroy(void* fiber) { __tsan_destroy_fiber(fiber); }
inline void tsan_switch(void* fiber) {
  __tsan_switch_to_fiber(fiber, 1);
}  // 1: without synchronising the two
inline void tsan_name(void* fiber, const char* name) { __tsan_set_fiber_name(fiber, name); }
inline void tsan_acquire(const void* address) { __tsan_acquire(const_cast<void*>(address)); }
inline void tsan_release(const void* address) { __tsan_release(const_cast<void*>(address)); }
#else
inline constexpr bool kTsan = false;
inline void* tsan_current() { return nullptr; }
inline void* tsan_create() { return nullptr; }
inline void tsan_destroy(void*) {}
inline void tsan_switch(void*) {}
inline void tsan_name(void*, const char*) {}
inline void tsan_acquire(const void*) {}
inline void tsan_release(const void*) {}
#endif

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kAsan = true;
inline void asan_start_switch(void** save, const void* bottom, size_t bytes) {
  __sanitizer_start_switch_fiber(save, bottom, bytes);
}
inline void asan_finish_switch(void* saved, const void** old_bottom, size_t* old_bytes) {
  __sanitizer_finish_switch_fiber(saved, old_bottom, old_bytes);
}
inline void asan_unpoison(void* from, size_t bytes) { __asan_unpoison_memory_region(from, bytes); }
#else
inline constexpr bool kAsan = false;
inline void asan_start_switch(void**, const void*, size_t) {}
inline void asan_finish_switch(void*, const void**, size_t*) {}
inline void asan_unpoison(void*, size_t) {}
#endif

}  // namespace simt
