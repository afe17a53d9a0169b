// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "layers/cpu/rows_at.h"
#include "layers/cpu/workers.h"

namespace fxe::cpu {

// One layer of a chain: which rows it reads, and the loop that computes its own.
struct RowStage {
  struct Call {
    RowsAt<const float> x;
    RowsAt<float> y;
    const float* residual;  // of the last layer, laid out as y; nullptr: none
    int64_t first, last;    // rows first to last - 1 of y, all of one image
  };

  std::string name;
  int64_t x_rows = 1, y_rows = 1;  // of an image
  int64_t stride = 1, reach = 1;   // rows of x: from one row of y to the next, and under one row
  int64_t pad_top = 0;
  int64_t y_columns = 1, y_row_floats = 1;
  std::function<void(const Call&)> run;  // on this thread
};

// Runs consecutive layers a band of rows at a time (depth-first): a thread makes some rows of the first
// layer, what the second can make of them, and so on, while they are in its cache. Between two layers a ring
// keeps the rows still needed. While a thread's bands are consecutive it makes no row twice.
//
// Every value has the same bits as layer by layer. One run at a time.
class RowChain {
 public:
  RowChain(std::vector<RowStage> stages, int64_t images, int threads);

  int64_t workspace_floats() const { return ring_floats_ * static_cast<int64_t>(rings_held_.size()); }

  struct Operands {
    const float* x;         // of the first layer, all rows
    const float* residual;  // of the last layer, not in y's memory; nullptr: none
    float* y;               // of the last layer, all rows
    float* workspace;       // of workspace_floats()
  };
  void run(const Operands&, Workers&);

 private:
  struct Rows {
    int64_t first = 0, last = 0;
  };
  struct Ring {
    int64_t offset_floats = 0, mask = -1;
  };
  // What a thread's rings hold, on cache lines of its own.
  struct alignas(64) RingsHeld {
    std::vector<Rows> rows;
  };

  static Rows under(const RowStage&, const Rows& y);  // rows of x, inside the image
  void make(size_t stage, const Rows&, const Operands&, size_t thread);

  std::vector<RowStage> stages_;
  std::vector<Ring> rings_;  // after every layer but the last
  int64_t images_, bands_of_image_;
  int64_t ring_floats_ = 0;  // of all rings of one thread
  std::vector<RingsHeld> rings_held_;
};

}  // namespace fxe::cpu
