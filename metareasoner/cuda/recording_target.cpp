// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "metareasoner/cuda/program_target.h"

namespace fxe {

namespace {

class RecordingTarget final : public ProgramTarget {
 public:
  explicit RecordingTarget(Recorder& recorder) : recorder_(recorder), queue_(recorder) {}

  CudaQueue& queue() override { return queue_; }
  uint64_t make_condition(unsigned) override { return ++conditions_; }
  void begin_if(uint64_t) override { recorder_.add(Recorder::Kind::begin_body, "if"); }
  void end_if() override { recorder_.add(Recorder::Kind::end_body, "if"); }
  void add_switch(uint64_t, unsigned bodies, const std::function<void(unsigned)>& write) override {
    for (unsigned i = 0; i < bodies; ++i) {
      recorder_.add(Recorder::Kind::begin_body, fmt::format("case {}", i));
      write(i);
      recorder_.add(Recorder::Kind::end_body, fmt::format("case {}", i));
    }
  }
  void finish() override {}
  void launch(CudaQueue&) override {}

 private:
  Recorder& recorder_;
  CudaQueue queue_;
  uint64_t conditions_ = 0;
};

}  // namespace

std::unique_ptr<ProgramTarget> make_recording_target(Recorder& recorder) {
  return std::make_unique<RecordingTarget>(recorder);
}

}  // namespace fxe
