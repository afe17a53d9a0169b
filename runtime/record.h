// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "engine/input/dataset.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/store_writer.h"
#include "runtime/ensemble_runtime.h"
#include "runtime/on_progress.h"

namespace fxe {

struct RecordResult {
  size_t images = 0, kept = 0;  // in all, and those recorded before
  size_t unreadable = 0;
  CostTable costs;
  bool stopped = false;  // before the last image
};

struct RecordOptions {
  std::function<bool()> stop = {};  // asked before every image
  OnProgress progress = {};         // images
};

// Runs every member on the images that `writer` does not have yet, in the batches that eval would make of the
// readable ones, and appends the results. Measures costs on the way, those of smaller batches afterwards.
// Stopped, it ends after the current batch, and the store stays unfinished. Throws bad_input if
// an image that was already recorded has changed.
RecordResult record(LoadedEnsemble&, Runtime&, const Dataset&, int batch, StoreWriter& writer,
                    const RecordOptions& = {});

}  // namespace fxe
