// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "metareasoner/executor.h"

namespace fxe {

// One way to run members, made when it is wanted; it binds them anew.
struct ExecutorChoice {
  std::string name;  // "host control, kernel by kernel"
  std::function<std::unique_ptr<Executor>()> make;
};

// The first of these that can prepare what it is asked for: where one cannot, as a driver may refuse its
// graph, `say` is given one line, and the next one is prepared for everything so far. Points are prepared
// before the first batch; sides() and input() are asked for after that.
std::unique_ptr<Executor> make_fallback_executor(std::vector<ExecutorChoice>,
                                                 std::function<void(const std::string&)> say);

}  // namespace fxe
