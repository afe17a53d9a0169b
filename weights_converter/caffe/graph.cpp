// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/graph.h"

#include <fmt/ranges.h>

#include "caffe.pb.h"
#include "weights_converter/caffe/input.h"
#include "weights_converter/caffe/operators.h"

namespace fxe {

namespace {

// Lists all of them in one error: whoever changes the model needs the whole list.
void expect_all_in_fxe(const CaffeNet& net) {
  std::map<std::string, std::vector<std::string>> missing;
  for (const CaffeStep& step : net.steps)
    if (const std::string what = missing_in_fxe(*step.layer); !what.empty())
      missing[what].push_back("'" + step.layer->name + "'");
  if (missing.empty()) return;
  constexpr size_t kShown = 8;
  std::vector<std::string> parts;
  for (auto& [what, names] : missing) {
    const size_t more = names.size() > kShown ? names.size() - kShown : 0;
    names.resize(names.size() - more);
    parts.push_back(fmt::format("{} ({}{})", what, fmt::join(names, ", "),
                                more ? fmt::format(" and {} more", more) : ""));
  }
  throw bad_input("the net has layers that fxe does not have: {}", fmt::join(parts, "; "));
}

void run_steps(CaffeImport& import, const CaffeNet& net, const std::optional<Input>& asked) {
  try {
    for (const CaffeStep& step : net.steps) find_caffe_operator(step.layer->type)(import, step);
  } catch (const Error& e) {
    if (!asked) throw;
    throw Error(e.kind(), fmt::format("{} (with the input {}x{}x{} that was asked for)", e.what(), asked->c,
                                      asked->h, asked->w));
  }
}

// Notes settings of BatchNorm that hold in training but not in classification.
void note_batch_statistics(const CaffeNet& net, WeightFile& file) {
  for (const CaffeStep& step : net.steps)
    if (const auto& p = *step.layer->batch_norm; p.has_use_global_stats() && !p.use_global_stats())
      return file.notes.push_back(fmt::format(
          "its layer '{}' (BatchNorm) asks for statistics of the batch, as in training; the stored "
          "ones are used",
          step.layer->name));
}

}  // namespace

WeightFile import_caffe(std::shared_ptr<const caffe::Net> proto, const std::optional<Input>& size) {
  const CaffeNet net = read_caffe_net(*proto);
  expect_all_in_fxe(net);
  const Input input = caffe_input(*proto, net, size);
  CaffeImport import(net, proto);
  import.set(net.image, import.graph.input(input.c, input.h, input.w));
  run_steps(import, net, size);
  const ValueId logits = import.value(net.logits);
  const Shape& shape = import.graph.shape(logits);
  if (shape.rank() == 4 && (shape[2] != 1 || shape[3] != 1))
    throw bad_input("its output '{}' has the shape {}; expected logits [n classes]",
                    net.blobs[net.logits].name, shape.str());
  WeightFile file;
  file.notes = net.notes;
  note_batch_statistics(net, file);
  file.graph = import.graph.finish(logits);
  file.tensors = std::move(import.weights);
  return file;
}

}  // namespace fxe
