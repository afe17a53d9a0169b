// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/notes.h"

#include "tools/reports/terminal.h"

namespace fxe {

void print_notes(const std::vector<std::string>& notes) {
  for (const auto& note : notes) print_paragraph(stdout, note, "", "  ");
}

}  // namespace fxe
