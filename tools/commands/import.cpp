// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <filesystem>

#include "engine/byte_order_mark.h"
#include "engine/error.h"
#include "engine/input/classes.h"
#include "engine/input/label_file.h"
#include "engine/input/text_file.h"
#include "engine/sha256.h"
#include "metareasoner/store/cost_table.h"
#include "metareasoner/store/npy_file.h"
#include "metareasoner/store/store_writer.h"
#include "tools/commands/commands.h"
#include "tools/commands/options.h"
#include "tools/commands/store_options.h"
#include "tools/reports/outputs.h"
#include "tools/reports/store_report.h"

namespace fxe {

namespace {

cxxopts::Options import_options() {
  cxxopts::Options options(
      "fxe import", "A store from logits of any framework: one NumPy array [images classes] per member.");
  add_options(options, {{"labels", "FILE",
                         "a line for each image, in the arrays' order: 'index' or 'file index', from 0, or "
                         "another label file"},
                        {"costs", "MS,...", "ms per image of each member, such as 1.0,2.5"},
                        {"names", "NAME,...",
                         "the members' names, such as vit,resnet; default: the arrays' file names"},
                        {"classes", "FILE", "class names, one a line"},
                        {"combine", "C", "logits or probabilities", "logits"},
                        {"json", "FILE", "write what was made to FILE"},
                        {"quiet", nullptr, "print nothing"},
                        {"force", nullptr, "outputs may replace existing files of another kind"}});
  add_store_options(options);
  return options;
}

// A column of classes, in the arrays' order.
void read_column(const std::vector<std::string>& lines, const std::string& where, StoreHeader& h) {
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    int32_t label = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), label);
    if (line.empty() || error != std::errc{} || end != line.data() + line.size() || label < 0 ||
        label >= h.classes)
      throw bad_input("{}:{}: expected a class from 0 to {}, found '{}'", where, i + 1, h.classes - 1,
                      line.substr(0, 40));
    h.labels.push_back(label);
    h.paths.push_back(fmt::format("{:08}", i));
  }
}

// The forms that eval reads, and classes alone.
void read_labels(const std::filesystem::path& path, StoreHeader& h) {
  const std::string text = read_text(path), where = path.string();
  const auto lines = parse_lines(without_byte_order_mark(text, where), where);
  if (!lines.empty() && lines[0].find_first_not_of("-0123456789") == lines[0].npos)
    return read_column(lines, where, h);
  Dataset dataset =
      parse_labels(text, {.classes = h.class_names, .class_count = static_cast<size_t>(h.classes)}, where,
                   /*in_folder=*/false);
  h.labels.assign(dataset.labels.begin(), dataset.labels.end());
  h.paths = std::move(dataset.paths);
}

std::vector<Tensor> read_arrays(const std::vector<std::string>& paths) {
  std::vector<Tensor> arrays;
  for (const auto& path : paths) {
    arrays.push_back(read_npy(path));
    const Shape& shape = arrays.back().shape;
    if (shape.rank() != 2 || shape[0] < 1 || shape[1] < 1)
      throw bad_input("{}: expected logits [images classes], found {}", path, shape.str());
    if (!(shape == arrays[0].shape))
      throw bad_input(
          "{}: its shape is {}, but that of {} is {}; all members need the same images and classes", path,
          shape.str(), paths[0], arrays[0].shape.str());
  }
  return arrays;
}

std::vector<std::string> member_names(const std::string& asked, const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  if (asked.empty()) {
    for (const auto& path : paths) names.push_back(std::filesystem::path(path).stem().string());
  } else {
    names = split_list(asked);
  }
  if (names.size() != paths.size())
    throw bad_input("--names: expected {}, one per array, found {}", paths.size(), names.size());
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i].empty() || std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i),
                                      names[i]) != names.begin() + static_cast<std::ptrdiff_t>(i))
      throw bad_input("member names must differ and not be empty, found '{}'; give others with --names",
                      names[i]);
  return names;
}

Combine parse_combine(const std::string& text) {
  if (text == "logits") return Combine::logits;
  if (text == "probabilities") return Combine::probabilities;
  throw bad_input("--combine: expected logits or probabilities, found '{}'", text);
}

void copy_rows(const std::vector<Tensor>& arrays, StoreWriter& writer) {
  const auto images = static_cast<size_t>(arrays[0].shape[0]),
             classes = static_cast<size_t>(arrays[0].shape[1]);
  std::vector<float> logits(arrays.size() * classes);
  for (size_t i = 0; i < images; ++i) {
    for (size_t m = 0; m < arrays.size(); ++m)
      convert_to_float(arrays[m].dtype, arrays[m].bytes.data() + i * classes * size_bytes(arrays[m].dtype),
                       std::span(logits).subspan(m * classes, classes));
    const auto hash = sha256(std::as_bytes(std::span(logits)));
    if (i < writer.kept().size()) {
      if (hash != writer.kept()[i].hash)
        throw bad_input(
            "image {}: its logits have changed since they were imported; remove the unfinished store "
            "(STORE.partial)",
            i);
      continue;
    }
    writer.append(hash, logits);
  }
}

}  // namespace

int run_import(int argc, char** argv) {
  auto options = import_options();
  const auto parsed = parse_options(options, argc, argv, "arrays", 1, "LOGITS.npy...");
  if (!parsed) return 0;
  const StoreOptions to = read_store_options(*parsed);
  const auto paths = (*parsed)["arrays"].as<std::vector<std::string>>();
  const auto labels = (*parsed)["labels"].as<std::string>(), costs = (*parsed)["costs"].as<std::string>();
  if (labels.empty()) throw bad_input("expected --labels FILE, the classes of the images");

  const auto arrays = read_arrays(paths);
  StoreHeader h;
  h.form = to.form;
  h.ensemble = to.path.stem().string();
  h.device = "import";
  h.precision = "unknown";
  h.content = "logits";
  h.combine = parse_combine((*parsed)["combine"].as<std::string>());
  h.classes = arrays[0].shape[1];
  if (const auto file = (*parsed)["classes"].as<std::string>(); !file.empty())
    h.class_names = read_classes(file);
  if (!h.class_names.empty() && static_cast<int64_t>(h.class_names.size()) != h.classes)
    throw bad_input("--classes: {} names, but {} classes in the arrays", h.class_names.size(), h.classes);
  for (const auto& name : member_names((*parsed)["names"].as<std::string>(), paths))
    h.members.push_back({.name = name});
  read_labels(labels, h);
  if (static_cast<int64_t>(h.images()) != arrays[0].shape[0])
    throw bad_input("{}: {} lines, but {} images; expected a line for each", labels, h.images(),
                    arrays[0].shape[0]);

  std::vector<std::string> names;
  for (const auto& m : h.members) names.push_back(m.name);
  CostTable table;
  if (!costs.empty()) table = CostTable::per_image(names, parse_numbers(costs, "--costs", names.size()));
  Outputs outputs(*parsed);
  OutputFile& json = outputs.open("json", output_kind::report);
  OutputFile& costs_file =
      outputs.open("the costs beside -o", table.empty() ? std::filesystem::path() : costs_path(to.path),
                   output_kind::costs);
  StoreWriter writer(to.path, h);
  copy_rows(arrays, writer);
  table.write(costs_file);
  costs_file.commit();
  writer.finish();
  report_store(to.path, 0, {}, json, parsed->count("quiet") > 0);
  outputs.commit();
  return 0;
}

}  // namespace fxe
