// SPDX-License-Identifier: Apache-2.0
// Runs model after model as the product does, for differ.py: starting a process for each would cost more than
// the models do.
//
// Input line: MODEL INPUT, two paths; INPUT holds raw fp32 images [n c h w].
// Output line, followed by what it announces in raw little-endian numbers:
//   ok CLASSES      in double: exact logits [n classes], and the standard deviation of each one's fp32 error;
//                   in fp32: the logits of the reference backend and of the cpu backend, for all images
//                   together and for each alone
//   refused TEXT    the error for a model that fxe does not accept
//   failed TEXT     any other error: a fault of fxe's
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/error.h"
#include "layers/backend.h"
#include "layers/optimize.h"
#include "layers/reference/error_correlation.h"
#include "layers/run_plan.h"
#include "weights_converter/graph_json/graph_json.h"
#include "weights_converter/read.h"

namespace fxe {
namespace {

std::vector<float> read_floats(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<float> values(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), values.size() * sizeof(float), reinterpret_cast<char*>(values.data()));
  return values;
}

template <class T>
void write(const std::vector<T>& values) {
  std::fwrite(values.data(), sizeof(T), values.size(), stdout);
}

std::vector<float> run_alone(const Model& model, Backend& backend, std::span<const float> images, int64_t n) {
  std::vector<float> logits;
  const size_t size = images.size() / static_cast<size_t>(n);
  for (size_t first = 0; first < images.size(); first += size) {
    const auto one = run_model(model, backend, images.subspan(first, size), 1);
    logits.insert(logits.end(), one.begin(), one.end());
  }
  return logits;
}

bool within(const std::vector<std::vector<float>>& logits, const NetworkReference& exact) {
  for (const auto& values : logits)
    for (size_t i = 0; i < values.size(); ++i)
      if (!(std::fabs(static_cast<double>(values[i]) - exact.logits[i]) <= exact.bound(i))) return false;
  return true;
}

void answer(const std::string& path, const std::vector<float>& images, Backend& reference, Backend& cpu) {
  WeightFile file = read_weight_file(path);
  // As a converted file would carry it.
  Graph graph = graph_from_json(graph_to_json(*file.graph));
  const Model model = bind_weights(std::move(graph), std::move(file.tensors), path);
  const int64_t n = static_cast<int64_t>(images.size()) / infer_shapes(model.graph, 1)[0].elements();
  const Model optimized = optimize(model);
  NetworkReference exact = reference_network(model, images, n);
  const std::vector<std::vector<float>> logits{
      run_model(model, reference, images, n), run_alone(optimized, reference, images, n),
      run_model(optimized, cpu, images, n), run_alone(optimized, cpu, images, n)};
  if (!within(logits, exact)) widen_by_correlation(exact, model, images, n);
  std::printf("ok %ld\n", static_cast<long>(model.classes()));
  write(exact.logits);
  write(exact.sigma);
  for (const auto& values : logits) write(values);
}

}  // namespace
}  // namespace fxe

int main() {
  const auto reference = fxe::make_reference_backend(), cpu = fxe::make_cpu_backend(1);
  std::string model, input;
  while (std::cin >> model >> input) {
    try {
      fxe::answer(model, fxe::read_floats(input), *reference, *cpu);
    } catch (const fxe::Error& e) {
      std::printf("%s %s\n", e.kind() == fxe::ErrorKind::bad_input ? "refused" : "failed", e.what());
    } catch (const std::exception& e) {
      std::printf("failed %s\n", e.what());
    }
    std::fflush(stdout);
  }
}
