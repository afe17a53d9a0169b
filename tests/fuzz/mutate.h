// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "tests/support/generate.h"

namespace fxe::fuzz {

// A damaged copy of one of `inputs`, without regard to its structure: flipped bits, other bytes, integers at
// their limits, pieces cut out, doubled or taken from another input, numbers in text replaced, the end cut
// off. The same generator gives the same copies.
std::string mutated(std::span<const std::string> inputs, size_t max_bytes, test::Random&);

}  // namespace fxe::fuzz
