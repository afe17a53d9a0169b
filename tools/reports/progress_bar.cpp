// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/progress_bar.h"

#include <memory>
#include <optional>

#include "tools/reports/progress.h"

namespace fxe {

OnProgress progress_bar(std::string label, std::string unit, bool quiet) {
  if (quiet) return {};
  return [label = std::move(label), unit = std::move(unit),
          bar = std::make_shared<std::optional<Progress>>()](size_t done, size_t total) {
    if (!*bar) bar->emplace(label, unit, total, false);
    (*bar)->set_total(total);
    (*bar)->advance(done);
  };
}

}  // namespace fxe
