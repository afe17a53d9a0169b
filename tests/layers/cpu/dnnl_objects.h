// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace fxe::test {

// How many primitives, memories, engines and streams this process has created in oneDNN: every call goes
// through its C interface, and is counted on the way into the library.
size_t dnnl_objects_created();

}  // namespace fxe::test
