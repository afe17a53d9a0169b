// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "kernels/tail/tail_cuda.h"
#include "metareasoner/batch_state.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/cuda/pinned_buffer.h"
#include "metareasoner/executor.h"
#include "metareasoner/member_times.h"

namespace fxe {

// Batches of up to `capacity` images on a GPU: inputs and results in pinned memory, once per side, and on the
// device the state of the running batch and the members. Translates each part of a program into device work;
// executors say who launches it and who decides.
class CudaBatch {
 public:
  // `records`: the device only records.
  CudaBatch(Device&, bool records, std::vector<MemberSlot> members, const CudaExecutorOptions&);

  const std::vector<int64_t>& sizes() const { return sizes_; }  // compiled batch sizes, ascending
  const std::vector<MemberSlot>& members() const { return members_; }
  TailForm tail() const { return tail_; }

  // The host's part; not while this side's batch is running.
  std::span<std::byte> input(size_t input, int row, int side);
  // `begin`: when the host started on the batch; the deadline counts from there.
  void describe(int side, const Program&, std::span<const TailStage> operands, int count, double deadline_ms,
                std::chrono::steady_clock::time_point begin);
  int32_t live_count() const { return *host_live_count_.as<int32_t>(); }  // after download_live_count()
  // Reads what was downloaded. Remembers how long each member took, for the next deadline.
  void read(int side, const Program&, int count, BatchRun& run);

  // The device's part, in this order; a stage may be left out only together with all later ones.
  void upload_inputs(CudaQueue&, int side) const;
  void upload_description(CudaQueue&, int side, int stages) const;
  void start(CudaQueue&, const BatchSwitch& first) const;
  void choose_batch(CudaQueue&, const BatchSwitch&) const;  // by the number of live images
  // Runs the member, and with TailForm::fused also the tail: in one kernel if the member has one for
  // this batch.
  void run_member(CudaQueue&, const Program&, int stage, int64_t batch, const TailBranch&) const;
  void run_tail(CudaQueue&, const Program&, int stage, const TailBranch&) const;  // TailForm::separate only
  void download_live_count(CudaQueue&) const;
  void download(CudaQueue&, int side) const;

  // Executor::time_copies(), on the first side, while no work is running.
  CopyTimes time_copies(CudaQueue&, int repetitions) const;

 private:
  // One of the batch's inputs: where the host writes it and where members read it, side 0 first.
  struct Input {
    size_t image_bytes;
    PinnedBuffer host;
    Buffer device;
    Buffer pixel_values;  // [3 256], or empty: the input is plain fp32
    Input(Device& on, size_t image_bytes, size_t images, bool pinned);
  };
  struct Side {
    PinnedBuffer start, operands, results, mean;
    Side(const BatchState&, size_t stages, bool pinned);
  };

  TailCall tail_call(const Program&, int stage, const TailBranch&) const;

  std::vector<MemberSlot> members_;
  TailForm tail_;
  std::vector<int64_t> sizes_;
  MemberTimes times_;
  int32_t capacity_;
  size_t classes_;
  BatchState state_;
  Buffer start_, arrivals_, arena_;
  PinnedBuffer host_live_count_;
  std::vector<std::unique_ptr<Side>> sides_;
  std::vector<std::unique_ptr<Input>> inputs_;
};

}  // namespace fxe
