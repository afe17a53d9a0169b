// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/cuda_batch.h"

#include <algorithm>

#include "kernels/start.h"

namespace fxe {

CudaBatch::Input::Input(Device& on, size_t count, size_t images, bool pinned)
    : elements(count),
      host(images * count * sizeof(float), pinned),
      device(on.allocate(images * count * sizeof(float))) {}

CudaBatch::CudaBatch(Device& device, bool records, std::vector<MemberSlot> members, int capacity,
                     TailForm tail)
    : members_(std::move(members)),
      tail_(tail),
      sizes_(batch_sizes(capacity)),
      capacity_(capacity),
      classes_(static_cast<size_t>(common_classes(members_))),
      state_(device, static_cast<int>(members_.size()), capacity, static_cast<int32_t>(classes_)),
      start_(device.allocate(sizeof(BatchStart))),
      arrivals_(device.allocate(tail_arrivals(capacity) * sizeof(uint32_t))),
      host_start_(sizeof(BatchStart), !records),
      host_operands_(members_.size() * sizeof(TailStage), !records),
      host_live_count_(sizeof(int32_t), !records),
      host_results_(static_cast<size_t>(capacity) * sizeof(RowResult), !records),
      host_mean_(static_cast<size_t>(capacity) * classes_ * sizeof(float), !records) {
  for (const size_t elements : input_elements(members_))
    inputs_.push_back(std::make_unique<Input>(device, elements, static_cast<size_t>(capacity), !records));
  size_t arena_bytes = 0;
  for (const auto& m : members_) arena_bytes = std::max(arena_bytes, m.member->arena_bytes());
  arena_ = device.allocate(arena_bytes);
  for (const auto& m : members_)
    m.member->bind(arena_.data(), inputs_[m.input]->device.as<float>(), state_.logits(),
                   {state_.live(), state_.live_count()});
  // Where nothing runs, nothing comes back either.
  std::fill_n(host_results_.as<RowResult>(), capacity, RowResult{-1, 0, 0, 0, 0, RowStatus::failed});
}

std::span<float> CudaBatch::input(size_t input, int row) {
  const Input& i = *inputs_.at(input);
  return {i.host.as<float>() + static_cast<size_t>(row) * i.elements, i.elements};
}

void CudaBatch::describe(std::span<const TailStage> operands, int count, double deadline_ms) {
  *host_start_.as<BatchStart>() = {0, static_cast<uint64_t>(deadline_ms * 1e6), count};
  std::copy(operands.begin(), operands.end(), host_operands_.as<TailStage>());
  *host_live_count_.as<int32_t>() = count;
}

void CudaBatch::read(size_t stages, int count, BatchRun& run) const {
  run.rows = {host_results_.as<RowResult>(), static_cast<size_t>(count)};
  run.mean = {host_mean_.as<float>(), static_cast<size_t>(count) * classes_};
  run.stages.assign(stages, {});
  for (size_t stage = 0; stage < stages; ++stage) {
    const auto live = std::count_if(run.rows.begin(), run.rows.end(), [&](const RowResult& row) {
      return row.members > static_cast<int32_t>(stage);
    });
    if (live > 0) run.stages[stage] = {sizes_[smallest_fit(sizes_, live)], static_cast<int32_t>(live), 0};
  }
}

void CudaBatch::upload(CudaQueue& queue, const Program& program, const BatchSwitch& first) const {
  queue.copy(start_.data(), host_start_.as<void>(), sizeof(BatchStart));
  queue.copy(state_.stages(), host_operands_.as<void>(),
             static_cast<size_t>(program.stages()) * sizeof(TailStage));
  for (const auto& input : inputs_)
    queue.copy(input->device.data(), input->host.as<void>(), input->device.bytes());
  launch_start(queue, {.n = capacity_,
                       .batch = start_.as<BatchStart>(),
                       .deadline = state_.deadline(),
                       .live = state_.live(),
                       .live_count = state_.live_count(),
                       .weight_sum = state_.weight_sum(),
                       .batch_switch = first});
}

void CudaBatch::run_member(CudaQueue& queue, const Program& program, int stage, int64_t batch,
                           const TailBranch& branch) const {
  const Member& member = *members_[static_cast<size_t>(program.members[static_cast<size_t>(stage)])].member;
  const TailCall call = tail_call(program, stage, branch);
  if (tail_ == TailForm::fused && !member.head(batch).empty())
    return member.enqueue_with_tail(queue, batch, call);
  member.enqueue(queue, batch);
  if (tail_ == TailForm::fused) launch_tail(queue, call, static_cast<int32_t>(batch));
}

void CudaBatch::run_tail(CudaQueue& queue, const Program& program, int stage,
                         const TailBranch& branch) const {
  launch_tail(queue, tail_call(program, stage, branch), capacity_);
}

TailCall CudaBatch::tail_call(const Program& program, int stage, const TailBranch& branch) const {
  return {state_.tail_arguments(program, stage), arrivals_.as<uint32_t>(), branch};
}

void CudaBatch::download_live_count(CudaQueue& queue) const {
  queue.copy(host_live_count_.as<void>(), state_.live_count(), sizeof(int32_t));
}

void CudaBatch::download(CudaQueue& queue) const {
  const auto images = static_cast<size_t>(capacity_);
  queue.copy(host_results_.as<void>(), state_.results(), images * sizeof(RowResult));
  queue.copy(host_mean_.as<void>(), state_.mean(), images * classes_ * sizeof(float));
}

}  // namespace fxe
