// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/conv_pieces.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>

namespace fxe::test {
namespace {

TEST(ConvPieces, EveryTileMeetsEveryPanelOnce) {
  constexpr unsigned kSeed = 1;
  std::mt19937 random(kSeed);
  const auto below = [&](int64_t most) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(most)) + 1;
  };
  for (int trial = 0; trial < 500; ++trial) {
    const int64_t tiles = below(40), panels = below(20);
    const cpu::ConvPieces pieces{tiles, panels, below(tiles), below(panels), trial % 2 == 0};
    const auto workers = static_cast<int>(below(5));
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << ", trial " << trial << ": " << tiles << " tiles, "
                                    << panels << " panels, pieces of " << pieces.tiles_of_piece << " x "
                                    << pieces.panels_of_piece << ", " << workers << " workers");
    std::set<std::pair<int64_t, int64_t>> met;
    const int64_t count = pieces.count(workers);
    for (int64_t i = 0; i < count; ++i) {
      const auto p = pieces.at(i, workers);
      // As Workers::run shares them out.
      EXPECT_GE(i, count * p.share / workers);
      EXPECT_LT(i, count * (p.share + 1) / workers);
      EXPECT_LE(p.share_first_tile, p.first_tile);
      EXPECT_LE(p.last_tile, p.share_last_tile);
      EXPECT_LE(p.last_panel, p.share_last_panel);
      EXPECT_LE(p.last_panel - p.first_panel, pieces.panels_of_piece);
      EXPECT_LE(p.last_tile - p.first_tile, pieces.tiles_of_piece);
      for (int64_t tile = p.first_tile; tile < p.last_tile; ++tile)
        for (int64_t panel = p.first_panel; panel < p.last_panel; ++panel)
          EXPECT_TRUE(met.insert({tile, panel}).second) << tile << ", " << panel;
    }
    EXPECT_EQ(met.size(), static_cast<size_t>(tiles * panels));
  }
}

}  // namespace
}  // namespace fxe::test
