// SPDX-License-Identifier: Apache-2.0
#include "engine/recorder.h"

#include <algorithm>

namespace fxe {

size_t Recorder::count(Kind kind) const {
  return static_cast<size_t>(
      std::count_if(events_.begin(), events_.end(), [&](const Event& e) { return e.kind == kind; }));
}

}  // namespace fxe
