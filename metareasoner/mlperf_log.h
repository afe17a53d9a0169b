// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "engine/files/output_file.h"

namespace fxe {

// mlperf_log_accuracy.json as MLPerf's loadgen writes it and its accuracy-imagenet.py reads it: a JSON
// list of
//   {"seq_id": 0, "qsl_idx": 0, "data": "00008242"}
// where qsl_idx is the image's position in the dataset (the line of val_map.txt, from 0) and data the
// predicted class as a little-endian float32 in hexadecimal. The owner of the file commits it.
class MlperfLog {
 public:
  explicit MlperfLog(OutputFile&);

  void add(size_t image, int predicted);
  void end();  // after the last image

 private:
  OutputFile& file_;
  size_t entries_ = 0;
};

}  // namespace fxe
