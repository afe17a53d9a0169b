// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/label_options.h"

namespace fxe {

void add_folder_options(cxxopts::Options& options) {
  add_options(options,
              {{"labels", "FILE", "lines 'file index', from 0, or another label file; or the word folder"},
               {"class-map", "FILE", "lines 'folder' (class = line, from 0) or 'folder index'"}},
              "Labels");
}

void add_label_options(cxxopts::Options& options) {
  add_folder_options(options);
  add_options(
      options,
      {{"real-labels", "FILE", "ReaL's real.json: right answers by the number of the validation image"},
       {"valid-labels", "FILE",
        "only these classes can be the answer: an index or synset a line; or the word "
        "folder"}},
      "Labels");
}

LabelOptions read_label_options(const cxxopts::ParseResult& parsed) {
  LabelOptions labels{.labels = parsed["labels"].as<std::string>(),
                      .class_map = parsed["class-map"].as<std::string>(),
                      .real = {},
                      .valid = {}};
  if (parsed.count("real-labels")) labels.real = parsed["real-labels"].as<std::string>();
  if (parsed.count("valid-labels")) labels.valid = parsed["valid-labels"].as<std::string>();
  return labels;
}

}  // namespace fxe
