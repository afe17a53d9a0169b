// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fxe::test {

// Whether this is a sanitizer's build, some five times slower: tests over real data then take less of it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace fxe::test
