// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "metareasoner/operating_point.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/store.h"
#include "metareasoner/store/store_header.h"
#include "tools/commands/options.h"

namespace fxe {

// What the commands that make a store share: -o, --half, --compact.
struct StoreOptions {
  std::filesystem::path path;
  StoreForm form = StoreForm::fp32;
};
void add_store_options(cxxopts::Options&);
StoreOptions read_store_options(const cxxopts::ParseResult&);

// What the commands that ask a store share:
// --order --combine --weights --temperatures --signal --costs --batch --threads
void add_store_order_options(cxxopts::Options&);

// --order: "2,0,1", or names; without it every member of the store.
std::vector<int> read_store_order(const Store&, const cxxopts::ParseResult&);

// Applies --combine, --weights and --temperatures to `full`, every member of the order, and to `part`, which
// has its first members, or others, and takes the first of the numbers.
void read_store_joining(const cxxopts::ParseResult&, OperatingPoint& full, OperatingPoint& part);

// --costs: a FILE, or ms per image of each member; else STORE.costs.json; else none (an empty table).
CostTable read_store_costs(const Store&, const cxxopts::ParseResult&);

int read_store_batch(const Store&, const cxxopts::ParseResult&);  // default: as recorded
int read_store_threads(const cxxopts::ParseResult&);              // default: every core

}  // namespace fxe
