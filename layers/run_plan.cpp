// SPDX-License-Identifier: Apache-2.0
#include "layers/run_plan.h"

#include "engine/error.h"
#include "layers/expect_memory.h"

namespace fxe {

namespace {

Buffer arena_of(const Plan& plan, const Model& model, Backend& backend) {
  expect_memory_to_run(model.graph, plan, backend);
  return backend.device().allocate(plan.arena_bytes());
}

struct Run {
  Run(const Model& model, Backend& backend, std::span<const float> input, int64_t n,
      const CompileOptions& options)
      : plan(compile(model, backend, n, options)),
        queue(backend.device().make_queue()),
        arena(arena_of(*plan, model, backend)),
        device_input(backend.device().allocate(input.size_bytes())),
        output(backend.device().allocate(static_cast<size_t>(n * plan->classes()) * sizeof(float))) {
    if (static_cast<int64_t>(input.size()) != n * plan->input_elements())
      throw bad_input("expected {} input values for {} images, found {}", n * plan->input_elements(), n,
                      input.size());
    plan->bind(arena.data(), device_input.data(), output.data());
    queue->copy(device_input.data(), input.data(), input.size_bytes());
    plan->enqueue(*queue);
  }

  std::unique_ptr<Plan> plan;
  std::unique_ptr<Queue> queue;
  Buffer arena, device_input, output;
};

}  // namespace

std::vector<float> run_model(const Model& model, Backend& backend, std::span<const float> input, int64_t n,
                             const CompileOptions& options) {
  Run run(model, backend, input, n, options);
  std::vector<float> output(run.output.bytes() / sizeof(float));
  run.queue->copy(output.data(), run.output.data(), run.output.bytes());
  run.queue->wait();
  return output;
}

std::vector<std::vector<float>> run_keeping_values(const Model& model, Backend& backend,
                                                   std::span<const float> input, int64_t n) {
  Run run(model, backend, input, n, {.keep_values = true});
  std::vector<std::vector<float>> values;
  for (size_t i = 0; i < run.plan->layers().size(); ++i)
    values.push_back(backend.read(*run.queue, run.plan->layers()[i].value, run.plan->address(i)));
  return values;
}

}  // namespace fxe
