// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "metareasoner/executor.h"

namespace fxe {

// One way to run members; creating it rebinds them.
struct ExecutorChoice {
  std::string name;  // "host control, kernel by kernel"
  std::function<std::unique_ptr<Executor>()> make;
};

// Uses the first choice that can prepare what it is asked for. If one cannot, for example because a driver
// refuses its graph, `say` gets one line and the next choice prepares everything so far. Points are prepared
// before the first batch; sides() and input() are called after that.
std::unique_ptr<Executor> make_fallback_executor(std::vector<ExecutorChoice>,
                                                 std::function<void(const std::string&)> say);

}  // namespace fxe
