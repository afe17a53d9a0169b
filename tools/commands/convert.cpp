// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/convert.h"

#include "engine/error.h"
#include "engine/files/files_read.h"
#include "runtime/ensemble_loader.h"
#include "runtime/member_notes.h"
#include "runtime/model_loader.h"
#include "tools/commands/commands.h"
#include "tools/commands/model_options.h"
#include "tools/commands/options.h"
#include "tools/reports/json_file.h"
#include "tools/reports/notes.h"
#include "tools/reports/outputs.h"

namespace fxe {

namespace {

// Later readers would take safetensors under such a name for something else.
void refuse_other_endings(const std::filesystem::path& output) {
  for (const char* ending : {".onnx", ".pb", ".pth", ".pt", ".th", ".tar", ".bin", ".ckpt", ".caffemodel",
                             ".prototxt", ".json", ".npy", ".npz", ".zip", ".h5"})
    if (output.extension() == ending)
      throw bad_input("-o {}: fxe convert writes safetensors; expected a name that ends in .safetensors",
                      output.string());
}

}  // namespace

int run_convert(int argc, char** argv) {
  cxxopts::Options options("fxe convert",
                           "Writes a model of any format as one safetensors file that carries its graph.");
  add_options(
      options,
      {{"o,output", "FILE", "the file to write"},
       {"network", "N", "builder, if the file does not name it and is not recognised"},
       {"input", "HxW",
        "or C,H,W: if a caffemodel or ONNX file leaves it open, or to run a caffemodel at another size"},
       {"state-dict", "KEY", "which weights of a PyTorch checkpoint, such as state_dict_ema"},
       {"output-name", "NAME",
        "which value of an ONNX model holds the logits; default: its first readable output"}});
  add_common_options(options);
  const auto parsed = parse_options(options, argc, argv, "model", 1, "MODEL -o OUT.safetensors", 1);
  if (!parsed) return 0;
  const CommandOptions run = read_common_options(*parsed);
  const auto source = (*parsed)["model"].as<std::vector<std::string>>()[0];
  const std::filesystem::path output = (*parsed)["output"].as<std::string>();
  if (output.empty()) throw bad_input("expected -o OUT.safetensors, the file to write");
  refuse_other_endings(output);
  Outputs outputs(*parsed);
  OutputFile& file = outputs.open("-o", output, output_kind::safetensors);
  OutputFile& json = outputs.open("json", output_kind::report);
  const ModelRequest asked = read_model_request(*parsed);
  const LoadedModel loaded = load_model(source, asked.network, asked.choices);
  expect_input(loaded, asked.choices.input, source);
  write_converted(file, loaded.model.graph, loaded.model.weights, source, loaded.network);
  expect_files_unchanged();  // otherwise its weights and its hash may be of different files
  if (!run.quiet) {
    print_notes(notes_by_text({source}, {loaded.notes}));
    fmt::print("{}: {} tensors from {}{}\n", output.string(), loaded.model.weights.size(), loaded.format,
               loaded.network.empty() ? "" : ", network " + loaded.network);
  }
  write_json(json, {{"schema", "fxe.convert/1"},
                    {"source", source},
                    {"format", loaded.format},
                    {"output", output.string()},
                    {"network", loaded.network},
                    {"tensors", loaded.model.weights.size()},
                    {"parameters", parameters_of(loaded.model)},
                    {"notes", loaded.notes}});
  outputs.commit();
  return 0;
}

}  // namespace fxe
