// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/program.h"

#include <fmt/format.h>

#include <ostream>

namespace fxe {

bool Program::same_code(const Program& other) const {
  return members == other.members && combine == other.combine && signal == other.signal && code == other.code;
}

Program make_program(const OperatingPoint& point) {
  using Kind = Instruction::Kind;
  Program p{point.members, point.combine, point.signal, {{Kind::begin}}};
  for (int stage = 0; stage < p.stages(); ++stage) {
    if (stage > 0) p.code.push_back({Kind::branch, stage - 1});
    p.code.push_back({Kind::run_member, stage});
    p.code.push_back({Kind::tail, stage});
  }
  for (int stage = p.stages() - 2; stage >= 0; --stage) p.code.push_back({Kind::end, stage});
  return p;
}

void describe(const Program& program, const std::vector<std::string>& names, std::ostream& out) {
  int depth = 0;
  for (const auto& i : program.code) {
    using Kind = Instruction::Kind;
    if (i.kind == Kind::end) --depth;
    if (i.kind == Kind::end) continue;
    out << fmt::format("{:{}}", "", 2 * depth);
    switch (i.kind) {
      case Kind::begin:
        out << "begin: every image is live\n";
        break;
      case Kind::run_member:
        out << fmt::format("run {} on the live images\n",
                           names[static_cast<size_t>(program.members[static_cast<size_t>(i.stage)])]);
        break;
      case Kind::tail:
        out << fmt::format("tail {}: mean, margin, decision, survivors\n", i.stage + 1);
        break;
      case Kind::branch:
        out << "if any image is left:\n";
        ++depth;
        break;
      case Kind::end:
        break;
    }
  }
}

}  // namespace fxe
