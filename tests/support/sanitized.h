// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fxe::test {

// Built with AddressSanitizer or ThreadSanitizer, under which plain loops are several times slower: tests of
// long sums may then take fewer images or networks.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

}  // namespace fxe::test
