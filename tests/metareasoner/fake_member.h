// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/member.h"

namespace fxe::test {

// A member whose logits are looked up: its input is one number, the image's row in the table. Remembers the
// batch sizes it ran at.
class FakeMember final : public Member {
 public:
  FakeMember(std::string name, std::vector<std::vector<float>> table)
      : name_(std::move(name)), table_(std::move(table)) {}

  const std::string& name() const override { return name_; }
  int64_t classes() const override { return static_cast<int64_t>(table_[0].size()); }
  int64_t input_elements() const override { return 1; }
  int64_t multiply_adds() const override { return 1; }
  size_t arena_bytes() const override { return 1; }
  void bind(void*, const void* input, float* logits, InputForm) override {
    input_ = static_cast<const float*>(input);
    logits_ = logits;
  }
  void rebind(const void* input, int64_t) override { input_ = static_cast<const float*>(input); }
  void enqueue(Queue&, int64_t batch) const override {
    batches.push_back(batch);
    inputs.push_back(input_);
    for (int64_t row = 0; row < batch; ++row) {
      const auto& values = table_.at(static_cast<size_t>(input_[row]));
      std::copy(values.begin(), values.end(), logits_ + row * classes());
    }
  }

  mutable std::vector<int64_t> batches;
  mutable std::vector<const float*> inputs;

 private:
  std::string name_;
  std::vector<std::vector<float>> table_;
  const float* input_ = nullptr;
  float* logits_ = nullptr;
};

}  // namespace fxe::test
