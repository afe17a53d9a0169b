// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "metareasoner/ensemble_file.h"
#include "metareasoner/plan_member.h"
#include "tools/commands/device_choice.h"
#include "tools/commands/model_loader.h"
#include "tools/commands/options.h"

namespace fxe {

// Adds --network, --input, --state-dict, --output-name and --preprocess, for commands that take an ENSEMBLE
// or a single MODEL.
void add_network_option(cxxopts::Options&);
ReadChoices read_choices(const cxxopts::ParseResult&);  // from these options
void add_model_options(cxxopts::Options&);
// Throws bad_input if one of these was given with an ensemble, which says this for each member.
void refuse_model_options(const cxxopts::ParseResult&, const std::filesystem::path& ensemble);

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
// If the command has a --classes, it replaces the ensemble's own. `needs_images`: see load_single_model().
LoadedEnsemble load_ensemble(const std::filesystem::path&, const cxxopts::ParseResult&,
                             bool needs_images = true);

// A member's model, read for the input size that its preprocessing gives.
LoadedModel load_member(const EnsembleFile&, const MemberEntry&);

// An ensemble compiled for a device, ready to run. Destroyed from the bottom: each field needs those
// above it.
struct Runtime {
  ChosenDevice device;
  std::vector<std::unique_ptr<PlanMember>> members;
  std::vector<ImageInput> inputs;        // the ensemble's, in the form the executor takes
  std::unique_ptr<PlanObserver> ranges;  // with --launch stream on a GPU: names for NVIDIA's profilers
  std::unique_ptr<Executor> executor;
  int64_t max_pixels = kMaxPixels;  // per image
};
// Optimises and compiles each model, and frees its weights once its plans are made.
Runtime make_runtime(LoadedEnsemble&, const RunOptions&);
// The same in two steps, for callers that need the members before there is an executor: plans, then
// the executor.
Runtime make_members(LoadedEnsemble&, const RunOptions&);
void add_executor(Runtime&, const LoadedEnsemble&, const RunOptions&);
std::vector<PlanMember*> member_pointers(const Runtime&);
std::vector<MemberSlot> member_slots(const Runtime&, const LoadedEnsemble&);

}  // namespace fxe
