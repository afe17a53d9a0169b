// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fxe {

// Text of an untrusted file, made fit for a one-line message: control and non-ASCII bytes as \xNN, cut after
// `limit` bytes.
std::string printable(std::string_view text, size_t limit = 100);

}  // namespace fxe
