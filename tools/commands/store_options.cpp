// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/store_options.h"

#include "engine/error.h"

namespace fxe {

void add_store_options(cxxopts::Options& options) {
  add_options(
      options,
      {{"o,output", "STORE", "the store to write"},
       {"half", nullptr, "logits in fp16: half the size; decisions equal up to rounding"},
       {"compact", nullptr,
        "40 bytes for each image and member: only this order of members, its weights, temperatures and "
        "combination can be replayed"}},
      "Store");
}

StoreOptions read_store_options(const cxxopts::ParseResult& parsed) {
  StoreOptions o;
  o.path = parsed["output"].as<std::string>();
  if (o.path.empty()) throw bad_input("expected -o STORE, the file to write");
  if (parsed.count("half") && parsed.count("compact"))
    throw bad_input("--half and --compact: give one of them, not both");
  if (parsed.count("half")) o.form = StoreForm::fp16;
  if (parsed.count("compact")) o.form = StoreForm::compact;
  return o;
}

}  // namespace fxe
