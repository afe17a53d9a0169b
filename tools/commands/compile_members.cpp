// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/compile_members.h"

#include <utility>

#include "layers/expect_memory.h"
#include "layers/optimize.h"

namespace fxe {

// A member's weights are freed once its plans are made.
std::vector<std::unique_ptr<PlanMember>> compile_members(LoadedEnsemble& ensemble, Backend& backend,
                                                         const RunOptions& options) {
  const size_t count = ensemble.models.size();
  std::vector<const Model*> models;
  for (const auto& loaded : ensemble.models) models.push_back(&loaded.model);
  expect_memory_for_weights(models, backend);
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
