// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace fxe::test {

// How many primitives, memories, engines and streams this process has created in oneDNN: its C interface,
// through which every call goes, is counted on the way into the library.
size_t dnnl_objects_created();

}  // namespace fxe::test
