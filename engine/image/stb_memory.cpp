// SPDX-License-Identifier: Apache-2.0
#include "engine/image/stb_memory.h"

#include <cstdlib>
#include <cstring>

namespace fxe {

namespace {

thread_local size_t limit_bytes = 0;

}  // namespace

void set_stb_limit(size_t bytes) { limit_bytes = bytes; }

void* stb_allocate(size_t bytes) { return bytes > limit_bytes ? nullptr : std::calloc(bytes, 1); }

void* stb_reallocate(void* old, size_t old_bytes, size_t bytes) {
  if (bytes > limit_bytes) return nullptr;
  void* fresh = std::realloc(old, bytes);
  if (fresh && bytes > old_bytes) std::memset(static_cast<char*>(fresh) + old_bytes, 0, bytes - old_bytes);
  return fresh;
}

}  // namespace fxe
