// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <vector>

#include "metareasoner/operating_point.h"

namespace fxe {

// One step of the schedule. Branches nest: the body of stage k's branch holds everything from stage k+1 on.
struct Instruction {
  enum class Kind {
    begin,       // every image of the batch is live
    run_member,  // the stage's member on the live images, in the smallest compiled batch that fits
    tail,        // mean, margin, decision, survivors
    branch,      // go on with the body if any image is left
    end,         // of a branch's body
  };
  Kind kind;
  int stage = 0;
  bool operator==(const Instruction&) const = default;
};

// The schedule as data. One executor walks it on the CPU, one makes a CUDA graph of it, one records what a
// device would be told. It says which members may run and how outputs are joined; thresholds, weights and
// temperatures are operands that change without a new program.
struct Program {
  std::vector<int> members;  // of each stage
  Combine combine = Combine::logits;
  Signal signal = Signal::margin;
  std::vector<Instruction> code;

  int stages() const { return static_cast<int>(members.size()); }
  bool same_code(const Program& other) const;
};

Program make_program(const OperatingPoint&);

// Prints one instruction a line, with bodies indented.
void describe(const Program&, const std::vector<std::string>& member_names, std::ostream&);

}  // namespace fxe
