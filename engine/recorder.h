// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace fxe {

// A log of what a device was told, in order. A queue that carries a recorder writes here instead of running
// anything, which makes "no wait and no allocation between the first launch and the last" an exact test that
// needs no GPU.
class Recorder {
 public:
  enum class Kind {
    allocate,
    copy,
    launch,
    begin_body,
    end_body,
    order,  // between queues: a mark, or a wait for one
    wait,   // by the host
    host_decision
  };
  struct Event {
    Kind kind;
    std::string name;  // kernel, layer or branch
    size_t bytes = 0;  // allocate, copy
  };

  void add(Kind kind, std::string name, size_t bytes = 0) {
    events_.push_back({kind, std::move(name), bytes});
  }
  const std::vector<Event>& events() const { return events_; }
  size_t count(Kind kind) const;
  void clear() { events_.clear(); }

 private:
  std::vector<Event> events_;
};

}  // namespace fxe
