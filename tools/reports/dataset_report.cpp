// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/dataset_report.h"

#include <fmt/format.h>

#include "tools/reports/terminal.h"

namespace fxe {

void print_dataset(const Dataset& dataset) {
  print_paragraph(stdout,
                  fmt::format("{}: {} images, {}", dataset.root.string(), dataset.images(), dataset.layout),
                  "", "  ");
  if (const auto left_out = dataset.left_out.text(); !left_out.empty())
    print_paragraph(stdout, "left out: " + left_out, "", "  ");
}

nlohmann::ordered_json left_out_json(const LeftOut& left_out) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& g : left_out.groups())
    json.push_back({{"reason", g.reason}, {"count", g.count}, {"first", g.first}});
  return json;
}

}  // namespace fxe
