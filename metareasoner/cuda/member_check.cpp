// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/member_check.h"

#include "engine/error.h"
#include "layers/plan.h"
#include "metareasoner/cuda/captured_graph.h"
#include "metareasoner/cuda/captured_nodes.h"

namespace fxe {

namespace {

// Waits for each kernel of a running member, and checks the nodes of a captured one. Replaces its
// observer meanwhile.
class LayerWatch final : public PlanObserver {
 public:
  LayerWatch(Member& member, bool captures)
      : member_(member), captures_(captures), before_(member.observe(this)) {}
  ~LayerWatch() override { (void)member_.observe(before_); }
  LayerWatch(const LayerWatch&) = delete;
  LayerWatch& operator=(const LayerWatch&) = delete;

  const std::string& layer() const { return layer_; }  // the last one that began

  void begin(Queue& queue, const Plan& plan, size_t layer, size_t) override {
    layer_ = plan.layers()[layer].name;
    if (captures_) front_ = captured_front(static_cast<CudaQueue&>(queue).stream());
  }
  void end(Queue& queue, const Plan&, size_t, size_t) override {
    if (!captures_) return queue.wait();
    const auto front = captured_front(static_cast<CudaQueue&>(queue).stream());
    for (const cudaGraphNode_t node : nodes_between(front_, front)) check_body_node(node);
  }

 private:
  Member& member_;
  bool captures_;
  PlanObserver* before_;
  std::string layer_;
  std::vector<cudaGraphNode_t> front_;
};

}  // namespace

void MemberCheck::check(const Program& program, std::span<const TailStage> operands) {
  const auto owned = device_.make_queue();
  auto& queue = static_cast<CudaQueue&>(*owned);
  for (int stage = 0; stage < program.stages(); ++stage) {
    const int index = program.members[static_cast<size_t>(stage)];
    if (checked_.contains(index)) continue;
    Member& member = *batch_.members()[static_cast<size_t>(index)].member;
    for (const int64_t size : batch_.sizes())
      for (const bool captures : {false, true}) {
        const LayerWatch watch(member, captures);
        const auto run = [&](CudaQueue& to) { batch_.run_member(to, program, stage, size, {}); };
        try {
          if (captures) {
            CapturedGraph(queue, run);
            continue;
          }
          batch_.describe(0, program, operands, static_cast<int>(size), 0, std::chrono::steady_clock::now());
          batch_.upload_description(queue, 0, program.stages());
          batch_.upload_inputs(queue, 0);
          batch_.start(queue, {});
          run(queue);
          queue.wait();
        } catch (const Error& e) {
          if (watch.layer().empty()) throw;
          throw run_time_error("{} at batch {}, layer '{}': {}", member.name(), size, watch.layer(),
                               e.what());
        }
      }
    checked_.insert(index);
  }
}

}  // namespace fxe
