// SPDX-License-Identifier: Apache-2.0
#include "runtime/ensemble_runtime.h"

#include <utility>

#include "engine/available_memory.h"
#include "engine/error.h"
#include "layers/expect_memory.h"
#include "layers/optimize.h"
#include "runtime/batch_memory.h"

namespace fxe {

namespace {

// Optimises and compiles every model for the batch; each model's weights are freed once its plans are made.
std::vector<std::unique_ptr<PlanMember>> compile_members(LoadedEnsemble& ensemble, Backend& backend,
                                                         const RunOptions& options) {
  const size_t count = ensemble.models.size();
  std::vector<const Model*> models;
  for (const auto& loaded : ensemble.models) models.push_back(&loaded.model);
  expect_memory_for_weights(models, backend);
  std::vector<std::unique_ptr<PlanMember>> members;
  for (size_t i = 0; i < count; ++i) {
    const Model model = optimize(std::exchange(ensemble.models[i].model, {}));
    const bool one_size = options.control == Control::none && !options.every_size;
    members.push_back(std::make_unique<PlanMember>(
        ensemble.file.members[i].name, model, backend,
        one_size ? std::vector<int64_t>{options.batch} : batch_sizes(options.batch)));
  }
  return members;
}

}  // namespace

Runtime make_runtime(LoadedEnsemble& ensemble, const RunOptions& options) {
  Runtime r = make_members(ensemble, options);
  if (r.device.is_cuda && options.launch == Launch::stream)
    r.ranges = make_profiler_ranges(member_pointers(r));
  add_executor(r, ensemble, options);
  return r;
}

std::vector<PlanMember*> member_pointers(const Runtime& r) {
  std::vector<PlanMember*> members;
  for (const auto& m : r.members) members.push_back(m.get());
  return members;
}

std::vector<MemberSlot> member_slots(const Runtime& r, const LoadedEnsemble& ensemble) {
  std::vector<MemberSlot> slots;
  for (size_t i = 0; i < r.members.size(); ++i) slots.push_back({r.members[i].get(), ensemble.input_of[i]});
  return slots;
}

Runtime make_members(LoadedEnsemble& ensemble, const RunOptions& options) {
  Runtime r;
  r.device = choose_device(options);
  r.max_pixels = options.max_pixels;
  const auto compile = [&] { r.members = compile_members(ensemble, *r.device.backend, options); };
  std::vector<LoadedModel> again;  // compiling frees them; kept for the CPU if a GPU was not asked for
  if (r.device.is_cuda && options.device.kind == DeviceRequest::Kind::automatic) again = ensemble.models;
  try {
    compile();
  } catch (const Error& e) {
    if (!r.device.is_cuda || !falls_back_to_cpu(options, e)) throw;
    ensemble.models = std::move(again);
    RunOptions on_cpu = options;
    on_cpu.device = {DeviceRequest::Kind::cpu};
    r.device = choose_device(on_cpu);
    compile();
  }
  r.inputs = image_inputs(r.device, ensemble.inputs);
  for (ImageInput& input : r.inputs) input.as_pixels = input.as_pixels && options.pixels;
  return r;
}

void add_executor(Runtime& r, const LoadedEnsemble& ensemble, const RunOptions& options) {
  std::vector<size_t> input_bytes;
  // The CPU's executor keeps images as they came, and those that go on.
  const auto copies = static_cast<size_t>(r.device.is_cuda ? options.sides : 2);
  for (const ImageInput& input : r.inputs) input_bytes.push_back(copies * input.bytes());
  check_batch_fits(member_pointers(r), input_bytes, r.device.is_cuda ? free_gpu_bytes() : available_memory(),
                   r.device.is_cuda);
  r.executor = make_executor(r.device, member_slots(r, ensemble), r.inputs, options);
}

}  // namespace fxe
