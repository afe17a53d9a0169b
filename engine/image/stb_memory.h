// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace fxe {

// malloc and realloc for stb_image: nullptr past this thread's limit, which stb_image reports as out of
// memory. Its inflate would otherwise expand a small file to gigabytes. Memory is zeroed, because stb_image
// leaves rows of a truncated picture unwritten.
void set_stb_limit(size_t bytes);
void* stb_allocate(size_t bytes);
void* stb_reallocate(void* old, size_t old_bytes, size_t bytes);

}  // namespace fxe
