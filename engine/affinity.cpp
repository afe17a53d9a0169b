// SPDX-License-Identifier: Apache-2.0
#include "engine/affinity.h"

#include <fmt/format.h>
#include <sched.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <string>

#include "engine/error.h"

namespace fxe {

namespace {

// Systems of up to 8192 processors; a cpu_set_t has room for 1024.
struct Mask {
  cpu_set_t words[8];
  bool has(int processor) const { return CPU_ISSET_S(processor, sizeof words, words); }
  void add(int processor) { CPU_SET_S(processor, sizeof words, words); }
  static constexpr int kMost = 8 * CPU_SETSIZE;
};

Mask mask_of_this_thread() {
  Mask mask{};
  if (sched_getaffinity(0, sizeof mask.words, mask.words) != 0)
    throw run_time_error("cannot find out which processors this thread may use: {}", std::strerror(errno));
  return mask;
}

// The cores that share a physical core with this processor, as the kernel lists them ("0,4"); empty if it
// does not.
std::string siblings(int processor) {
  std::ifstream file(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", processor));
  std::string list;
  std::getline(file, list);
  return list;
}

struct Processors {
  Mask mask = mask_of_this_thread();
  std::vector<int> list;

  Processors() {
    std::vector<int> second;
    std::set<std::string> seen;
    for (int i = 0; i < Mask::kMost; ++i) {
      if (!mask.has(i)) continue;
      const std::string core = siblings(i);
      (core.empty() || seen.insert(core).second ? list : second).push_back(i);
    }
    list.insert(list.end(), second.begin(), second.end());
  }
};

const Processors& processors() {
  static const Processors all;
  return all;
}

}  // namespace

const std::vector<int>& usable_processors() { return processors().list; }

void pin(pthread_t thread, int processor) {
  processors();  // as they are now
  Mask mask{};
  mask.add(processor);
  if (const int error = pthread_setaffinity_np(thread, sizeof mask.words, mask.words))
    throw run_time_error("a thread could not be pinned to processor {}: {}; leave out --pin", processor,
                         std::strerror(error));
}

void unpin_this_thread() noexcept {
  const Mask& mask = processors().mask;
  sched_setaffinity(0, sizeof mask.words, mask.words);
}

}  // namespace fxe
