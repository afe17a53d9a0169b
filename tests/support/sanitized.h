// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fxe::test {

// Built with AddressSanitizer or ThreadSanitizer, which make plain loops several times slower: tests of long
// sums may then use fewer images or networks.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

}  // namespace fxe::test
