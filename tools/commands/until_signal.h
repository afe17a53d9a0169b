// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/signals.h"

namespace fxe {

// Calls work(stop), whose stop() turns true once SIGINT or SIGTERM asks for an end; `signal` is then its
// number, otherwise 0.
template <class Work>
auto until_signal(int& signal, Work&& work) {
  const StopRequest request;
  auto result = work([&request] { return request.signal() != 0; });
  signal = request.signal();
  return result;
}

}  // namespace fxe
