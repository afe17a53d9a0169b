// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/tail/tail.h"
#include "metareasoner/member.h"
#include "metareasoner/operating_point.h"

namespace fxe {

// A member and the input of the batch that it reads. Members with equal preprocessing share an input.
struct MemberSlot {
  Member* member = nullptr;  // not owned
  size_t input = 0;
};

// The members' number of classes. Throws bad_input if there is no member, or if two disagree.
int32_t common_classes(std::span<const MemberSlot>);

// Values per image of each input; 0 if no member reads it. Throws bad_input if members that share an input
// want different sizes.
std::vector<size_t> input_elements(std::span<const MemberSlot>);

// One run of a program over a batch.
struct BatchRun {
  struct Stage {
    int64_t batch = 0;  // compiled batch size that ran; 0: the stage did not run
    int32_t live = 0;   // images that were live before it
    double ms = 0;      // member and tail
  };
  std::span<const RowResult> rows;  // by image; valid, as is `mean`, until the side's next begin()
  std::span<const float> mean;      // [images classes] m_k where each image stopped
  std::vector<Stage> stages;
  // Network time: from inputs on the host to decisions on the host. With two sides, where the host does other
  // work in the meantime, from the device's first kernel to its last decision.
  double ms = 0;
};

// What an observer sees after each stage.
struct StageView {
  int stage = 0;
  std::span<const float> mean;      // [images classes] by image
  std::span<const RowResult> rows;  // as if live images stopped here
  double ms = 0;
};

// Copies of a full batch by themselves, on the device's clock, in the order they were made.
struct CopyTimes {
  std::vector<double> up_ms;    // to the device: every input, and the description of the batch
  std::vector<double> down_ms;  // from the device: results and means
};

// How a device is driven, in the terms of --control and --launch.
struct Driving {
  std::string_view control = "host", launch = "stream";
};

// Runs an ensemble on batches of up to `capacity` images. Prepared once; a run allocates nothing. An executor
// has one side or two, each with its own inputs and results: while one side's batch is running, the other's
// can be written.
class Executor {
 public:
  virtual ~Executor() = default;

  // Builds a program for an operating point, while no batch is running, and returns its number. Points that
  // differ only in thresholds, weights or temperatures share what was built.
  virtual int prepare(const OperatingPoint&) = 0;

  virtual int sides() const { return 1; }
  // Whether begin() returns once the batch is handed to a device; otherwise it returns when the batch
  // has ended.
  virtual bool begin_returns_early() const { return false; }
  virtual Driving driving() const { return {}; }

  // Where the caller writes input `input` of image `row` before begin(): plain fp32 [c h w], or uint8 [h w c]
  // if the executor was given pixel values for this input. The same for every run.
  virtual std::span<std::byte> input(size_t input, int row, int side = 0) = 0;

  // Starts images 0 .. count-1 of a side whose previous batch has ended; deadline_ms 0: none. end() waits for
  // the batch. Batches end in the order they began.
  virtual void begin(int prepared, int count, double deadline_ms, int side) = 0;
  virtual const BatchRun& end(int side) = 0;
  const BatchRun& run(int prepared, int count, double deadline_ms = 0) {
    begin(prepared, count, deadline_ms, 0);
    return end(0);
  }

  // Makes a batch's copies `repetitions` times while none is running: within a run they cannot be told apart.
  // None if members read the host's memory.
  virtual std::optional<CopyTimes> time_copies(int /*repetitions*/) { return std::nullopt; }

  // Called after every stage, if the executor decides on the host (others throw bad_input).
  virtual void observe(std::function<void(const StageView&)>) = 0;
};

}  // namespace fxe
