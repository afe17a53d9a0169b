// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/json_file.h"

namespace fxe {

void write_json(OutputFile& file, const nlohmann::ordered_json& value) {
  if (!file) return;
  // File names need not be UTF-8; JSON must be.
  file.write(value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  file.write("\n");
}

}  // namespace fxe
