// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "metareasoner/ensemble_file.h"
#include "runtime/model_loader.h"
#include "runtime/on_progress.h"
#include "runtime/single_model.h"

namespace fxe {

// An ensemble file, or a model file as an ensemble of one, with its models read and checked.
struct LoadedEnsemble {
  EnsembleFile file;
  std::vector<std::string> classes;  // empty: unknown
  std::vector<LoadedModel> models;   // of file.members
  std::vector<Preprocess> inputs;    // the distinct ones
  std::vector<size_t> input_of;      // member -> inputs
  std::vector<std::string> notes;
  int64_t parameters = 0;  // parameters_of() of all members
};
struct LoadOptions {
  ModelRequest model = {};  // about a single model; an ensemble file says it for each member
  std::optional<std::filesystem::path> classes = {};  // class names instead of the ensemble's own
  int threads = 0;                                    // that read members; 0: one for each core
  bool needs_images = true;                           // see load_single_model()
  OnProgress progress = {};                           // members read
};
// Throws bad_input for what cannot be read, and for options.model if this is an ensemble file.
LoadedEnsemble load_ensemble(const std::filesystem::path&, const LoadOptions& options = {});

// A member's model, read for the input size that its preprocessing gives.
LoadedModel load_member(const EnsembleFile&, const MemberEntry&);

}  // namespace fxe
