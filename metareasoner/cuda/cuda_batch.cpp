// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/cuda_batch.h"

#include <algorithm>

#include "engine/cuda/cuda_time_mark.h"
#include "kernels/tail/start.h"

namespace fxe {

CudaBatch::Input::Input(Device& on, size_t bytes, size_t images, bool pinned)
    : image_bytes(bytes), host(images * bytes, pinned), device(on.allocate(images * bytes)) {}

CudaBatch::Side::Side(const BatchState& state, size_t stages, bool pinned)
    : start(sizeof(BatchStart), pinned),
      operands(stages * sizeof(TailStage), pinned),
      results(state.results_bytes(), pinned),
      mean(state.mean_bytes(), pinned) {
  // If nothing runs, nothing comes back either.
  std::fill_n(results.as<RowResult>(), state.capacity(), RowResult{-1, 0, 0, 0, 0, RowStatus::failed});
}

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
      sizes_(options.straight_line ? std::vector<int64_t>{options.capacity} : batch_sizes(options.capacity)),
      times_(members_.size(), sizes_),
      capacity_(options.capacity),
      classes_(static_cast<size_t>(common_classes(members_))),
      state_(device, static_cast<int>(members_.size()), capacity_, static_cast<int32_t>(classes_)),
      start_(device.allocate(sizeof(BatchStart))),
      arrivals_(device.allocate(tail_arrivals(capacity_) * sizeof(uint32_t))),
      host_live_count_(sizeof(int32_t), !records) {
  for (int side = 0; side < options.sides; ++side)
    sides_.push_back(std::make_unique<Side>(state_, members_.size(), !records));
  const auto images = static_cast<size_t>(options.sides) * static_cast<size_t>(capacity_);
  const std::vector<size_t> elements = input_elements(members_);
  for (size_t i = 0; i < elements.size(); ++i) {
    const bool pixels = i < options.pixel_values.size() && options.pixel_values[i];
    const size_t image_bytes = elements[i] * (pixels ? 1 : sizeof(float));
    inputs_.push_back(std::make_unique<Input>(device, image_bytes, images, !records));
    if (pixels) inputs_.back()->pixel_values = uploaded(device, *options.pixel_values[i]);
  }
  size_t arena_bytes = 0;
  for (const auto& m : members_) arena_bytes = std::max(arena_bytes, m.member->arena_bytes());
  arena_ = device.allocate(arena_bytes);
  const int32_t* first_image = options.sides > 1 ? &start_.as<const BatchStart>()->first_image : nullptr;
  for (const auto& m : members_)
    m.member->bind(arena_.data(), inputs_[m.input]->device.data(), state_.logits(),
                   {.image = state_.live(),
                    .count = state_.live_count(),
                    .pixel_values = inputs_[m.input]->pixel_values.as<const float>(),
                    .first = first_image});
}

std::span<std::byte> CudaBatch::input(size_t input, int row, int side) {
  const Input& i = *inputs_.at(input);
  const auto image = static_cast<size_t>(side) * static_cast<size_t>(capacity_) + static_cast<size_t>(row);
  return {i.host.as<std::byte>() + image * i.image_bytes, i.image_bytes};
}

void CudaBatch::describe(int side, const Program& program, std::span<const TailStage> operands, int count,
                         double deadline_ms, std::chrono::steady_clock::time_point begin) {
  const Side& to = *sides_.at(static_cast<size_t>(side));
  auto* stages = to.operands.as<TailStage>();
  std::copy(operands.begin(), operands.end(), stages);
  // The survivors are not known yet: the time for all images is the most the next member can take.
  for (size_t k = 0; k + 1 < operands.size(); ++k)
    stages[k].next_member_ns = times_.expected_ns(static_cast<size_t>(program.members[k + 1]), count);
  *host_live_count_.as<int32_t>() = count;
  const std::chrono::nanoseconds spent = std::chrono::steady_clock::now() - begin;
  *to.start.as<BatchStart>() = {static_cast<uint64_t>(spent.count()),
                                static_cast<uint64_t>(deadline_ms * 1e6), count, side * capacity_};
}

void CudaBatch::read(int side, const Program& program, int count, BatchRun& run) {
  const Side& from = *sides_.at(static_cast<size_t>(side));
  const auto* times_ns = reinterpret_cast<const uint64_t*>(from.results.as<RowResult>() + capacity_);
  run.rows = {from.results.as<RowResult>(), static_cast<size_t>(count)};
  run.mean = {from.mean.as<float>(), static_cast<size_t>(count) * classes_};
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

void CudaBatch::upload_inputs(CudaQueue& queue, int side) const {
  for (const auto& input : inputs_) {
    const size_t bytes = static_cast<size_t>(capacity_) * input->image_bytes;
    const size_t at = static_cast<size_t>(side) * bytes;
    queue.copy(input->device.data() + at, input->host.as<std::byte>() + at, bytes);
  }
}

void CudaBatch::upload_description(CudaQueue& queue, int side, int stages) const {
  const Side& from = *sides_.at(static_cast<size_t>(side));
  queue.copy(start_.data(), from.start.as<void>(), sizeof(BatchStart));
  queue.copy(state_.stages(), from.operands.as<void>(), static_cast<size_t>(stages) * sizeof(TailStage));
}

void CudaBatch::start(CudaQueue& queue, const BatchSwitch& first) const {
  launch_start(queue, {.n = capacity_,
                       .batch = start_.as<BatchStart>(),
                       .deadline = state_.deadline(),
                       .live = state_.live(),
                       .live_count = state_.live_count(),
                       .weight_sum = state_.weight_sum(),
                       .began_ns = state_.times_ns(),
                       .batch_switch = first});
}

void CudaBatch::choose_batch(CudaQueue& queue, const BatchSwitch& to) const {
  launch_choose_batch(queue, state_.live_count(), to);
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

void CudaBatch::download(CudaQueue& queue, int side) const {
  const Side& to = *sides_.at(static_cast<size_t>(side));
  queue.copy(to.results.as<void>(), state_.results(), state_.results_bytes());
  queue.copy(to.mean.as<void>(), state_.mean(), state_.mean_bytes());
}

// All are enqueued before the host waits for the first, so that the host's time does not count once the
// device is behind.
CopyTimes CudaBatch::time_copies(CudaQueue& queue, int repetitions) const {
  const auto count = static_cast<size_t>(repetitions);
  std::vector<CudaTimeMark> uploaded(count), downloaded(count + 1);
  downloaded[0].set(queue);
  for (size_t i = 0; i < count; ++i) {
    upload_description(queue, 0, static_cast<int>(members_.size()));
    upload_inputs(queue, 0);
    uploaded[i].set(queue);
    download(queue, 0);
    downloaded[i + 1].set(queue);
  }
  queue.wait();
  CopyTimes times;
  for (size_t i = 0; i < count; ++i) {
    times.up_ms.push_back(uploaded[i].ms_since(downloaded[i]));
    times.down_ms.push_back(downloaded[i + 1].ms_since(uploaded[i]));
  }
  return times;
}

}  // namespace fxe
