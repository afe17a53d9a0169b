// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simt/launch.h>

#include <string>
#include <vector>

namespace fxe::test {

struct Schedule {
  std::string name;
  simt::Options options;
  unsigned threads;  // of a block
};

// Thread orders that together reveal a missing barrier, a scratch reused too early, or a block that
// needs others.
inline std::vector<Schedule> schedules() {
  using simt::Order;
  return {{"forward, 256 threads", {Order::forward, 1, 1}, 256},
          {"reverse, 96 threads", {Order::reverse, 1, 2}, 96},
          {"random 1, 32 threads", {Order::random, 1, 1}, 32},
          {"random 2, 256 threads", {Order::random, 2, 3}, 256},
          {"priority 3, 128 threads", {Order::priority, 3, 4}, 128}};
}

}  // namespace fxe::test
