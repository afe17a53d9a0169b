// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/cuda_batch.h"

#include <algorithm>

#include "kernels/start.h"

namespace fxe {

CudaBatch::Input::Input(Device& on, size_t bytes, size_t images, bool pinned)
    : image_bytes(bytes), host(images * bytes, pinned), device(on.allocate(images * bytes)) {}

namespace {

Buffer uploaded(Device& device, const PixelValues& values) {
  Buffer buffer = device.allocate(sizeof(values));
  const auto queue = device.make_queue();
  queue->copy(buffer.data(), values.data(), sizeof(values));
  queue->wait();
  return buffer;
}

}  // namespace

CudaBatch::CudaBatch(Device& device, bool records, std::vector<MemberSlot> members,
                     const CudaExecutorOptions& options)
    : members_(std::move(members)),
      tail_(options.tail),
      sizes_(batch_sizes(options.capacity)),
      times_(members_.size(), sizes_),
      capacity_(options.capacity),
      classes_(static_cast<size_t>(common_classes(members_))),
      state_(device, static_cast<int>(members_.size()), capacity_, static_cast<int32_t>(classes_)),
      start_(device.allocate(sizeof(BatchStart))),
      arrivals_(device.allocate(tail_arrivals(capacity_) * sizeof(uint32_t))),
      host_start_(sizeof(BatchStart), !records),
      host_operands_(members_.size() * sizeof(TailStage), !records),
      host_live_count_(sizeof(int32_t), !records),
      host_results_(state_.results_bytes(), !records),
      host_mean_(static_cast<size_t>(capacity_) * classes_ * sizeof(float), !records) {
  const std::vector<size_t> elements = input_elements(members_);
  for (size_t i = 0; i < elements.size(); ++i) {
    const bool pixels = i < options.pixel_values.size() && options.pixel_values[i];
    const size_t image_bytes = elements[i] * (pixels ? 1 : sizeof(float));
    inputs_.push_back(std::make_unique<Input>(device, image_bytes, static_cast<size_t>(capacity_), !records));
    if (pixels) inputs_.back()->pixel_values = uploaded(device, *options.pixel_values[i]);
  }
  size_t arena_bytes = 0;
  for (const auto& m : members_) arena_bytes = std::max(arena_bytes, m.member->arena_bytes());
  arena_ = device.allocate(arena_bytes);
  for (const auto& m : members_)
    m.member->bind(arena_.data(), inputs_[m.input]->device.data(), state_.logits(),
                   {state_.live(), state_.live_count(), inputs_[m.input]->pixel_values.as<const float>()});
  // Where nothing runs, nothing comes back either.
  std::fill_n(host_results_.as<RowResult>(), capacity_, RowResult{-1, 0, 0, 0, 0, RowStatus::failed});
}

std::span<std::byte> CudaBatch::input(size_t input, int row) {
  const Input& i = *inputs_.at(input);
  return {i.host.as<std::byte>() + static_cast<size_t>(row) * i.image_bytes, i.image_bytes};
}

void CudaBatch::describe(const Program& program, std::span<const TailStage> operands, int count,
                         double deadline_ms, std::chrono::steady_clock::time_point begin) {
  auto* stages = host_operands_.as<TailStage>();
  std::copy(operands.begin(), operands.end(), stages);
  // Who is left is not known yet: the time on all images is the most that the next member can take.
  for (size_t k = 0; k + 1 < operands.size(); ++k)
    stages[k].next_member_ns = times_.expected_ns(static_cast<size_t>(program.members[k + 1]), count);
  *host_live_count_.as<int32_t>() = count;
  const std::chrono::nanoseconds spent = std::chrono::steady_clock::now() - begin;
  *host_start_.as<BatchStart>() = {static_cast<uint64_t>(spent.count()),
                                   static_cast<uint64_t>(deadline_ms * 1e6), count};
}

void CudaBatch::read(const Program& program, int count, BatchRun& run) {
  const auto* times_ns = reinterpret_cast<const uint64_t*>(host_results_.as<RowResult>() + capacity_);
  run.rows = {host_results_.as<RowResult>(), static_cast<size_t>(count)};
  run.mean = {host_mean_.as<float>(), static_cast<size_t>(count) * classes_};
  run.stages.assign(program.members.size(), {});
  for (size_t k = 0; k < run.stages.size(); ++k) {
    const auto live = std::count_if(run.rows.begin(), run.rows.end(), [&](const RowResult& row) {
      return row.members > static_cast<int32_t>(k);
    });
    if (live == 0) break;
    const int64_t batch = sizes_[smallest_fit(sizes_, live)];
    const uint64_t ns = times_ns[k + 1] - times_ns[k];
    times_.set(static_cast<size_t>(program.members[k]), batch, ns);
    run.stages[k] = {batch, static_cast<int32_t>(live), static_cast<double>(ns) / 1e6};
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
                       .began_ns = state_.times_ns(),
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
  queue.copy(host_results_.as<void>(), state_.results(), state_.results_bytes());
  queue.copy(host_mean_.as<void>(), state_.mean(), static_cast<size_t>(capacity_) * classes_ * sizeof(float));
}

}  // namespace fxe
