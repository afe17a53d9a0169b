// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <map>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

namespace {

struct Depth {
  int64_t growth, first;  // channels that a layer adds; channels of the first convolution
  std::array<int, 4> blocks;
};

const std::map<int, Depth> kDepths = {{121, {32, 64, {6, 12, 24, 16}}},
                                      {161, {48, 96, {6, 12, 36, 24}}},
                                      {169, {32, 64, {6, 12, 32, 32}}},
                                      {201, {32, 64, {6, 12, 48, 32}}}};

class Builder {
 public:
  Builder(const Depth& depth, bool dotted) : depth_(depth), dot_(dotted ? "." : "") {}

  Graph build(const NetworkOptions& options) {
    auto x = g_.input(3, options.input.h, options.input.w);
    x = g_.conv("features.conv0", x, {.k = depth_.first, .filter = {7, 7}, .stride = {2, 2}, .pad = same(3)});
    x = g_.max_pool("features.pool0", norm_relu("features.norm0", x), 3, 2, 1);
    for (int block = 1; block <= 4; ++block) {
      for (int i = 1; i <= depth_.blocks[static_cast<size_t>(block - 1)]; ++i)
        x = layer(fmt::format("features.denseblock{}.denselayer{}", block, i), x);
      if (block < 4) x = transition(fmt::format("features.transition{}", block), x);
    }
    x = norm_relu("features.norm5", x);
    x = g_.flatten("flatten", g_.global_average_pool("avgpool", x));
    return g_.finish(g_.linear("classifier", x, options.classes));
  }

 private:
  ValueId norm_relu(const std::string& name, ValueId x) {
    return g_.relu(name + ".relu", g_.batch_norm(name, x));
  }

  // Joins what the earlier layers made with what this one makes of it.
  ValueId layer(const std::string& name, ValueId x) {
    auto y = norm_relu(fmt::format("{}.norm{}1", name, dot_), x);
    y = g_.conv(fmt::format("{}.conv{}1", name, dot_), y, {.k = 4 * depth_.growth});
    y = norm_relu(fmt::format("{}.norm{}2", name, dot_), y);
    y = g_.conv(fmt::format("{}.conv{}2", name, dot_), y,
                {.k = depth_.growth, .filter = {3, 3}, .pad = same(1)});
    return g_.node(name, Concat{}, {x, y});
  }

  ValueId transition(const std::string& name, ValueId x) {
    x = norm_relu(name + ".norm", x);
    x = g_.conv(name + ".conv", x, {.k = g_.shape(x)[1] / 2});
    return g_.node(name + ".pool", Pool2d{.kind = Pool2d::Kind::average, .filter = {2, 2}, .stride = {2, 2}},
                   {x});
  }

  GraphBuilder g_;
  const Depth& depth_;
  const char* dot_;
};

}  // namespace

Graph densenet(int depth, bool dotted, const NetworkOptions& options) {
  const auto found = kDepths.find(depth);
  if (found == kDepths.end())
    throw bad_input("densenet: depth must be 121, 161, 169 or 201, found {}", depth);
  return Builder(found->second, dotted).build(options);
}

}  // namespace fxe
