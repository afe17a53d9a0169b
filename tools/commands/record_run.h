// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/input/dataset.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/store_writer.h"
#include "runtime/ensemble_runtime.h"

namespace fxe {

struct RecordResult {
  size_t images = 0, kept = 0;  // in all, and those recorded before
  size_t unreadable = 0;
  CostTable costs;
  int stopped_by = 0;  // the signal that ended it before the last image; 0: none
};

// Runs every member on the images that `writer` does not have yet, in the batches that eval would make of the
// readable ones, and appends the results. Measures costs on the way, those of smaller batches afterwards.
// After a signal it stops when the current batch is done, and the store stays unfinished. Throws bad_input if
// an image that was already recorded has changed.
RecordResult record(LoadedEnsemble&, Runtime&, const Dataset&, int batch, StoreWriter& writer, bool quiet);

}  // namespace fxe
