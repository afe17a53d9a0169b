// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace fxe {

// A kind of output, and how to tell its files by their first bytes from files that must not be lost.
struct OutputKind {
  static constexpr size_t kBeginning = 4096;  // bytes that are() is given, or all there are

  std::string_view what;  // "predictions"
  bool (*are)(std::string_view beginning);
};

namespace output_kind {
extern const OutputKind report, ensemble, costs, safetensors, npy, predictions, mlperf_log, times, trace,
    profile_csv, figure_csv, gnuplot_script, svg, png;
}

}  // namespace fxe
