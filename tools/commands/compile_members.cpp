// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/compile_members.h"

#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "engine/available_memory.h"
#include "engine/error.h"
#include "layers/optimize.h"

namespace fxe {

namespace {

// What the weights of all members need: as they are kept, which is certain on the CPU, and while they are
// prepared: up to two copies of one weight at a time, counted for the largest member.
struct WeightMemory {
  size_t kept = 0, most = 0;
};
WeightMemory weight_memory(const LoadedEnsemble& ensemble, const Backend& backend) {
  constexpr size_t kCode = size_t{32} << 20;  // of kernels, and other small things
  size_t all = 0, largest = 0;
  for (const auto& loaded : ensemble.models) {
    size_t elements = 0;
    for (const auto& [name, tensor] : loaded.model.weights)
      elements += static_cast<size_t>(tensor.shape.elements());
    all += elements * sizeof(float);
    largest = std::max(largest, elements * sizeof(float));
  }
  const size_t kept = backend.name() == "cpu" ? all : 0;
  return {kept, kept + 2 * largest + kCode};
}

// Checked in advance, because oneDNN crashes if there is no memory for its code. Touches nothing.
void expect_memory(const WeightMemory& needed, size_t members) {
  void* const room = mmap(nullptr, needed.most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                          /*fd=*/-1, /*offset=*/0);
  if (room != MAP_FAILED) munmap(room, needed.most);
  const size_t there = available_memory();
  if (room == MAP_FAILED || needed.kept > there)
    throw run_time_error(
        "out of memory: {} bytes are needed to prepare the weights of {} member{}, and {} are available; "
        "free memory{}",
        needed.most, members, members == 1 ? "" : "s", there, members == 1 ? "" : ", or use fewer members");
}

}  // namespace

// A member's weights are freed once its plans are made.
std::vector<std::unique_ptr<PlanMember>> compile_members(LoadedEnsemble& ensemble, Backend& backend,
                                                         const RunOptions& options) {
  const size_t count = ensemble.models.size();
  expect_memory(weight_memory(ensemble, backend), count);
  std::vector<std::unique_ptr<PlanMember>> members;
  for (size_t i = 0; i < count; ++i) {
    const Model model = optimize(std::exchange(ensemble.models[i].model, {}));
    const bool one_size = options.control == "none" && !options.every_size;
    members.push_back(std::make_unique<PlanMember>(
        ensemble.file.members[i].name, model, backend,
        one_size ? std::vector<int64_t>{options.batch} : batch_sizes(options.batch)));
  }
  return members;
}

}  // namespace fxe
