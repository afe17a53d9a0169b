// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/mlperf_log.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>

namespace fxe {

MlperfLog::MlperfLog(OutputFile& file) : file_(file) { file_.write("["); }

void MlperfLog::add(size_t image, int predicted) {
  const auto bits = std::bit_cast<uint32_t>(static_cast<float>(predicted));
  std::string hex;
  for (int byte = 0; byte < 4; ++byte) hex += fmt::format("{:02X}", bits >> 8 * byte & 0xff);
  file_.write(fmt::format("{}\n{{\"seq_id\": {}, \"qsl_idx\": {}, \"data\": \"{}\"}}", entries_ ? "," : "",
                          entries_, image, hex));
  ++entries_;
}

void MlperfLog::end() { file_.write("\n]\n"); }

}  // namespace fxe
