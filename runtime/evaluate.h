// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/files/output_file.h"
#include "engine/input/dataset.h"
#include "metareasoner/evaluation.h"
#include "metareasoner/latency.h"
#include "metareasoner/policy.h"
#include "runtime/ensemble_runtime.h"

namespace fxe {

// How one policy did on a dataset.
struct PolicyResult {
  explicit PolicyResult(size_t stages) : evaluation(stages) {}

  Evaluation evaluation;
  Latency latency;        // per image: network time of its batch
  double network_ms = 0;  // of all batches
  double multiply_adds = 0;

  double time_per_image_ms() const { return network_ms / static_cast<double>(evaluation.images()); }
  double mean_multiply_adds() const { return multiply_adds / static_cast<double>(evaluation.images()); }
};

struct FailedImage {
  std::string path, reason;
};

struct EvalResult {
  PolicyResult policy;
  std::optional<PolicyResult> full;  // with compare_full: the same batches, interleaved
  PairedGap gap;
  std::vector<FailedImage> failed;
  double decode_ms = 0, preprocess_ms = 0;  // of the images read, on the loader's threads
  double wall_ms = 0;
  size_t done = 0;       // images, including failed ones
  bool stopped = false;  // before the last image
};

struct EvalOptions {
  bool compare_full = false;
  double deadline_ms = 0;
  OutputFile *predictions = nullptr, *mlperf_log = nullptr;
  // If the networks give only some of their classes: what output i is called in files. Empty: i.
  std::vector<int> class_ids;
  std::function<bool()> stop = {};  // asked before every image
  OnProgress progress = {};         // images
};

// Reads the dataset ahead on threads, fills batches with the images that can be used, and runs them. Stopped,
// it ends when the batches in flight are done. The caller commits the files of the options.
EvalResult evaluate(LoadedEnsemble&, Runtime&, const Dataset&, const Policy&, int batch, const EvalOptions&);

}  // namespace fxe
