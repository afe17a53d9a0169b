// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/input/dataset.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/store_writer.h"
#include "tools/commands/ensemble_loader.h"

namespace fxe {

struct RecordResult {
  size_t images = 0, kept = 0;  // of all images, those that an earlier run had recorded
  size_t unreadable = 0;
  CostTable costs;
};

// Runs every member on the images that `writer` does not have yet, in the batches that eval would make of the
// readable ones, and appends what they give. Costs are measured on the way, those of smaller batches after
// it. Throws bad_input if an image that is recorded already has changed.
RecordResult record(LoadedEnsemble&, Runtime&, const Dataset&, int batch, StoreWriter& writer, bool quiet);

}  // namespace fxe
