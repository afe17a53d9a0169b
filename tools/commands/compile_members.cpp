// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/compile_members.h"

#include <sys/mman.h>

#include <algorithm>
#include <future>

#include "engine/error.h"
#include "layers/optimize.h"
#include "tools/commands/thread_count.h"

namespace fxe {

namespace {

// What the weights of all members need while they are prepared: on the CPU as they are kept; folded, those of
// the member that is compiled and of the next; and one copy more in the order of the file.
size_t preparation_bytes(const LoadedEnsemble& ensemble, const Backend& backend) {
  constexpr size_t kCode = size_t{32} << 20;  // of kernels, and what else is small
  size_t all = 0, largest = 0;
  for (const auto& loaded : ensemble.models) {
    size_t elements = 0;
    for (const auto& [name, tensor] : loaded.model.weights)
      elements += static_cast<size_t>(tensor.shape.elements());
    all += elements * sizeof(float);
    largest = std::max(largest, elements * sizeof(float));
  }
  return (backend.name() == "cpu" ? all : 0) + (ensemble.models.size() > 1 ? 3 : 2) * largest + kCode;
}

// Before the work, because oneDNN crashes where there is no memory for its code. Nothing is touched.
void expect_memory(size_t bytes, size_t members) {
  void* const room =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, /*offset=*/0);
  if (room == MAP_FAILED)
    throw run_time_error(
        "out of memory: {} bytes are needed to prepare the weights of {} member{}; free memory{}", bytes,
        members, members == 1 ? "" : "s", members == 1 ? "" : ", or use fewer members");
  munmap(room, bytes);
}

}  // namespace

// A member's weights are folded while the one before it is compiled, and freed once its plans are made: no
// more than two members' weights are there twice.
std::vector<std::unique_ptr<PlanMember>> compile_members(LoadedEnsemble& ensemble, Backend& backend,
                                                         const RunOptions& options) {
  const auto start = thread_count(options) == 1 ? std::launch::deferred : std::launch::async;
  const auto optimized = [&](size_t i) {
    return std::async(start,
                      [model = std::exchange(ensemble.models[i].model, {})] { return optimize(model); });
  };
  const size_t count = ensemble.models.size();
  expect_memory(preparation_bytes(ensemble, backend), count);
  std::vector<std::unique_ptr<PlanMember>> members;
  std::future<Model> next = optimized(0);
  for (size_t i = 0; i < count; ++i) {
    const Model model = next.get();
    if (i + 1 < count) next = optimized(i + 1);
    members.push_back(
        std::make_unique<PlanMember>(ensemble.file.members[i].name, model, backend, options.batch));
  }
  return members;
}

}  // namespace fxe
