// SPDX-License-Identifier: Apache-2.0
#include "runtime/bench_input.h"

#include <algorithm>
#include <random>

#include "engine/error.h"
#include "engine/input/loader.h"

namespace fxe {

BenchInput BenchInput::random(const std::vector<ImageInput>& inputs, size_t images, uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<int> pixel(0, 255);
  BenchInput made;
  made.tensors_.resize(images);
  for (auto& image : made.tensors_)
    for (const ImageInput& input : inputs) {
      auto& tensor = image.emplace_back(input.bytes());
      if (input.as_pixels)
        for (std::byte& v : tensor) v = static_cast<std::byte>(pixel(generator));
      else
        for (float& v : as_floats(std::span(tensor))) v = normal(generator);
    }
  return made;
}

BenchInput BenchInput::read(const Dataset& dataset, const std::vector<ImageInput>& inputs, size_t images,
                            int64_t max_pixels) {
  BenchInput made;
  std::string reason;
  constexpr size_t kAhead = 4;
  Loader loader(dataset, inputs, 1, kAhead, 0, dataset.images(), {.max_pixels = max_pixels});
  while (made.tensors_.size() < images) {
    const Loader::Item* item = loader.next();
    if (!item) break;
    if (item->error.empty())
      made.tensors_.push_back(item->inputs);
    else if (reason.empty())
      reason = fmt::format("{}: {}", dataset.paths[item->index], item->error);
  }
  if (made.tensors_.empty())
    throw run_time_error("{}: no image could be used; the first: {}", dataset.root.string(), reason);
  return made;
}

BenchInput BenchInput::load(const Tensor& array, const std::string& where,
                            const std::vector<ImageInput>& inputs, int batch) {
  if (inputs.size() != 1)
    throw bad_input(
        "{}: one array feeds one input, but the members take {} different ones; bench a single member", where,
        inputs.size());
  const Preprocess& p = inputs[0].preprocess;
  if (array.dtype != DType::f32)
    throw bad_input("{}: expected f32 (<f4), found {}; save x.astype(numpy.float32)", where,
                    name(array.dtype));
  const Shape& s = array.shape;
  if (s.rank() != 4 || s[1] != 3 || s[2] != p.crop_h || s[3] != p.crop_w || s[0] < batch)
    throw bad_input("{}: expected images [n, 3, {}, {}], at least {} of them for this --batch, found {}",
                    where, p.crop_h, p.crop_w, batch, s.str());
  BenchInput made;
  for (auto rest = array.bytes; !rest.empty(); rest = rest.subspan(inputs[0].bytes()))
    made.tensors_.push_back({std::vector(rest.begin(), rest.begin() + inputs[0].bytes())});
  return made;
}

void BenchInput::fill(Executor& executor, int batch) {
  for (int row = 0; row < batch; ++row, next_ = (next_ + 1) % tensors_.size())
    for (size_t i = 0; i < tensors_[next_].size(); ++i)
      std::ranges::copy(tensors_[next_][i], executor.input(i, row).begin());
}

}  // namespace fxe
