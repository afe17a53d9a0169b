// SPDX-License-Identifier: Apache-2.0
// "fxe calibrate" from a store to a profile that eval and replay use, and what it refuses.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "metareasoner/calibrate/binomial_bound.h"
#include "metareasoner/calibrate/image_split.h"
#include "tests/metareasoner/store/store_case.h"
#include "tests/paths.h"
#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using Json = nlohmann::json;

// Three members, recorded on sixty images with labels.
struct Recorded {
  Recorded() {
    const auto& s = small_ensemble();
    const Outcome o = fxe({"record", s.ensemble, s.images, "--labels", s.labels, "-o", folder / "s",
                           "--threads", "1", "--quiet"});
    if (o.code != 0) throw std::runtime_error(o.err);
  }
  Folder folder;
  const std::string store = folder / "s";
};
const std::string& recorded() {
  static const Recorded made;
  return made.store;
}

// 1200 images whose members know something, so that there is something to guarantee.
struct Large {
  explicit Large(uint64_t seed = 1, const char* fingerprint = "f") {
    StoreCase c(1200, 4, 5, seed);
    c.header.fingerprint = std::string(64, fingerprint[0]);
    Random random(seed, "ease");
    for (size_t i = 0; i < 1200; ++i) {
      const auto ease = static_cast<float>(random.normal());
      const int32_t label = c.header.labels[i];
      if (label >= 0 && !c.logits[i].empty())
        for (size_t m = 0; m < 4; ++m) c.logits[i][m * 5 + static_cast<size_t>(label)] += 4 + 2 * ease;
    }
    c.write(folder / "s");
  }
  Folder folder;
  const std::string store = folder / "s";
};
const std::string& large() {
  static const Large made;
  return made.store;
}

Json calibrated(std::vector<std::string> words, const std::string& store = large()) {
  Folder out;
  words.insert(words.begin(), {"calibrate", store});
  words.insert(words.end(), {"--quiet", "--threads", "1", "--json", out / "j"});
  const Outcome o = fxe(words);
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(o.out, "");
  return o.code ? Json() : read_json(out / "j");
}

TEST(Calibrate, AProfileIsWhatEvalAndReplayUse) {
  const auto& s = small_ensemble();
  Folder out;
  const std::string ensemble = s.folder / "tuned.json";
  write_text(ensemble, read_text(s.ensemble));
  const auto before = read_json(ensemble);
  const Json j = calibrated({"--split", "0.5", "--objective", "gap<=2pt", "--write", ensemble, "--profile",
                             "tuned", "--no-baselines"},
                            recorded());
  const auto after = read_json(ensemble);
  EXPECT_EQ(before["members"], after["members"]);
  const auto& profile = after["profiles"]["tuned"];
  EXPECT_EQ(profile["thresholds"], j["results"][0]["thresholds"]);
  EXPECT_EQ(profile["thresholds"].size(), 2u);
  EXPECT_EQ(profile["made"]["objective"], "gap<=2pt");
  EXPECT_EQ(profile["made"]["by"], "fxe calibrate");
  EXPECT_EQ(profile["made"]["fingerprint"], j["fingerprint"]);
  EXPECT_EQ(profile["made"]["images"], j["images"]["fit"]["hash"]);
  ASSERT_EQ(fxe({"replay", recorded(), "--policy", "stored:tuned", "--ensemble", ensemble, "--quiet",
                 "--predictions", out / "r"})
                .code,
            0);
  ASSERT_EQ(fxe({"eval", ensemble, s.images, "--labels", s.labels, "--policy", "stored:tuned", "--quiet",
                 "--threads", "1", "--predictions", out / "e"})
                .code,
            0);
  EXPECT_EQ(read_text(out / "r"), read_text(out / "e"));
  // Several processes at once do so as well.
  if (std::filesystem::exists(FXE_BINARY_DIR "/fxe")) {
    std::string commands;
    for (int i = 0; i < 4; ++i)
      commands += "'" FXE_BINARY_DIR "/fxe' calibrate '" + recorded() + "' --objective 'time<=50%' --quiet " +
                  "--no-baselines --threads 1 --write '" + ensemble + "' --profile p" + std::to_string(i) +
                  " & ";
    ASSERT_EQ(std::system((commands + "wait").c_str()), 0);
    for (int i = 0; i < 4; ++i)
      EXPECT_TRUE(read_json(ensemble)["profiles"].contains("p" + std::to_string(i))) << i;
  }
  // A second profile leaves the first.
  calibrated({"--objective", "time<=50%", "--write", ensemble}, recorded());
  EXPECT_EQ(read_json(ensemble)["profiles"]["tuned"], profile);
  EXPECT_TRUE(read_json(ensemble)["profiles"].contains("default"));
  EXPECT_EQ(fxe({"eval", ensemble, s.images, "--quiet", "--threads", "1"}).code, 0);
}

TEST(Calibrate, MeetsItsObjectiveOnTheImagesItWasGiven) {
  for (const char* limit : {"0", "0.5", "2"}) {
    const Json j = calibrated({"--objective", fmt::format("gap<={}pt", limit), "--split", "0.6"});
    const auto& c = j["results"][0]["calibration"];
    EXPECT_LE(c["full"]["gap"], std::stod(limit) / 100 + 1e-12);
    EXPECT_EQ(j["images"]["fit"]["count"].get<int>() + j["results"][0]["test"]["images"].get<int>(), 1199)
        << "one could not be read";
    EXPECT_EQ(c["images"], c["labelled"]);
    EXPECT_TRUE(j["results"][0]["exhaustive"]);
    EXPECT_TRUE(j["results"][0]["test"]["baselines"].contains("best_fixed"));
  }
  double before = 0;
  for (const char* share : {"30", "50", "80"}) {
    const Json j = calibrated({"--objective", fmt::format("time<={}%", share), "--costs", "1,1,2,2"});
    const auto& c = j["results"][0]["calibration"];
    EXPECT_LE(c["time_per_image_ms"], 6 * std::stod(share) / 100 + 1e-9);
    EXPECT_GE(c["top1"], before);
    before = c["top1"];
  }
  const Json ms = calibrated({"--objective", "time<=2.5ms", "--costs", "1,1,2,2"});
  EXPECT_LE(ms["results"][0]["calibration"]["time_per_image_ms"], 2.5 + 1e-9);
  EXPECT_EQ(ms["cost_unit"], "ms per image");
}

TEST(Calibrate, PrintsMAndWarnsWhereSingleImagesDecide) {
  const Json sweep = calibrated({"--objective", "published,alpha=0:1:0.5"});
  ASSERT_EQ(sweep["results"].size(), 3u);
  for (const auto& r : sweep["results"]) {
    const auto& m = r["m"];
    EXPECT_LE(m["chosen"], m["all"]);
    EXPECT_LE(m["chosen"].get<double>(), m["one_member"].get<double>() + 1e-12);
    const double alpha = m["alpha"];
    EXPECT_NEAR(m["all"], alpha, 1e-12) << "R = 1 and E = 0";
    // From the definition, on the labelled images.
    const double errors = (1 - r["calibration"]["full"]["top1"].get<double>()) * r["images"].get<double>();
    const double e = 100 * r["risk"].get<double>() * r["images"].get<double>() / errors;
    EXPECT_NEAR(m["chosen"], alpha * r["cost"].get<double>() / 10 + (1 - alpha) * e, 1e-9)
        << "multiply-adds of 1, 2, 3 and 4";
  }
  EXPECT_EQ(sweep["results"][2]["thresholds"][0], -1) << "time alone: one member";
  const auto warned = [](const Json& j) {
    return j["warnings"].dump().find("one wrong image") != std::string::npos;
  };
  EXPECT_TRUE(warned(sweep));
  EXPECT_FALSE(warned(calibrated({"--objective", "published,alpha=0.99,E=frac"})));
  const Outcome text = fxe({"calibrate", large(), "--objective", "published", "--threads", "1"});
  for (const char* part : {"M = 0.5 R + 0.5 E (R of the full ensemble's, E in percent, order forward)",
                           "one member", "chosen", "all", "warning: ", "exits at random"})
    EXPECT_NE(text.out.find(part), std::string::npos) << part << "\n" << text.out;
  for (const char* order : {"shared", "alone", "joint"}) {
    const Json j = calibrated({"--objective", fmt::format("published,order={}", order)});
    const auto& t = j["results"][0]["thresholds"];
    EXPECT_TRUE(std::string(order) != "shared" || (t[0] == t[1] && t[1] == t[2])) << t;
  }
}

TEST(Calibrate, GuaranteesSayWhatTheyAssume) {
  for (const char* loss : {"harm", "disagreement", "gap"})
    for (const char* path : {"fixed", "fitted"}) {
      const std::string objective = fmt::format("{}<=2pt@90%,path={}", loss, path);
      const Json j = calibrated({"--objective", objective});
      const auto& g = j["results"][0]["guarantee"];
      EXPECT_LE(g["bound"], 0.02) << objective;
      EXPECT_LE(g["risk"], g["bound"]);
      EXPECT_GE(g["passed"], 1);
      const bool fitted = std::string(path) == "fitted";
      EXPECT_EQ(j["images"]["fit"] == j["images"]["judged"], !fitted);
      EXPECT_NE(g["text"].get<std::string>().find("drawn independently"), std::string::npos);
      EXPECT_NE(g["text"].get<std::string>().find(fitted ? "fitted on other images" : "fixed beforehand"),
                std::string::npos);
      if (std::string(loss) == "gap") continue;
      const auto n = g["images"].get<int64_t>();
      EXPECT_NEAR(g["bound"],
                  binomial_upper_bound(std::lround(g["risk"].get<double>() * static_cast<double>(n)), n, 0.1),
                  1e-12);
    }
  // No labels are needed: an image without one still counts for disagreement.
  EXPECT_GT(calibrated({"--objective", "disagreement<=2pt@90%"})["results"][0]["guarantee"]["images"],
            calibrated({"--objective", "harm<=2pt@90%"})["results"][0]["guarantee"]["images"]);
  expect_refused({"calibrate", large(), "--objective", "harm<=0.1pt@90%"}, "2302 or more are needed");
  expect_refused({"calibrate", large(), "--objective", "gap<=0.1pt@90%"}, "or more are needed");
}

TEST(Calibrate, SearchesMembersTemperaturesAndSignals) {
  const Json order = calibrated({"--search", "order", "--objective", "gap<=1pt"}),
             none = calibrated({"--objective", "gap<=1pt"});
  EXPECT_EQ(order["members"].size(), 4u);
  EXPECT_TRUE(order["search"]["exhaustive"]);
  EXPECT_LE(order["results"][0]["cost"], none["results"][0]["cost"]);
  const Json subset = calibrated({"--search", "subset", "--objective", "gap<=1pt", "--split", "0.5"});
  EXPECT_LE(subset["members"].size(), 4u);
  EXPECT_EQ(subset["reference"].size(), 4u);
  const Json tempered = calibrated({"--fit-temperatures", "--objective", "gap<=1pt"});
  for (const auto& t : tempered["temperatures"]) EXPECT_GT(t, 0);
  EXPECT_NE(tempered["temperatures"], none["temperatures"]);
  const Json signals = calibrated({"--compare-signals", "--objective", "gap<=1pt", "--split", "0.5"});
  ASSERT_EQ(signals["signals"].size(), 5u);
  for (const auto& row : signals["signals"]) {
    EXPECT_LE(row["calibration"]["full"]["gap"], 0.01 + 1e-12);
    EXPECT_GT(row["test"]["images"], 0);
  }
  EXPECT_EQ(signals["signals"][0]["thresholds"], signals["results"][0]["thresholds"]);
  // A guarantee after a choice of members is judged on images that played no part in it.
  const Json judged = calibrated({"--search", "subset", "--objective", "disagreement<=8pt@90%"});
  EXPECT_NE(judged["images"]["fit"], judged["images"]["judged"]);
}

TEST(Calibrate, TestImagesAreOtherImages) {
  const Large other(2), foreign(3, "e");
  const Json j = calibrated({"--test", other.store});
  EXPECT_EQ(j["results"][0]["test"]["images"], 1199);
  EXPECT_EQ(j["images"]["overlap"], 0);
  expect_refused({"calibrate", large(), "--test", large()}, "1200 of its 1200 images are in");
  EXPECT_EQ(calibrated({"--test", large(), "--allow-overlap"})["images"]["overlap"], 1200);
  expect_refused({"calibrate", large(), "--test", foreign.store}, "of another ensemble");
  expect_refused({"calibrate", large(), "--test", other.store, "--split", "0.5"}, "give one of them");
  const Json a = calibrated({"--split", "0.5", "--seed", "3"}),
             b = calibrated({"--split", "0.5", "--seed", "3", "--swap"});
  EXPECT_EQ(a["images"]["fit"]["hash"], b["images"]["test"]["hash"]);
  EXPECT_EQ(b["images"]["fit"]["hash"], a["images"]["test"]["hash"]);
  EXPECT_TRUE(a["warnings"].empty());
  EXPECT_EQ(calibrated({})["warnings"].size(), 1u) << "no image was kept apart";
}

TEST(Calibrate, RefusesInOneLine) {
  const auto& s = small_ensemble();
  const auto refused = [](std::vector<std::string> words, const std::string& part) {
    words.insert(words.begin(), {"calibrate", large()});
    expect_refused(words, part);
  };
  refused({"--objective", "published,alpha=1.5"}, "alpha: expected 0 to 1, found 1.5");
  refused({"--objective", "gap<=0.1"}, "expected points such as 0.1pt");
  refused({"--objective", "gap<=-90pt"}, "nothing meets it on these 1090 images; the nearest is thresholds");
  refused({"--objective", "time<=1%"}, "nothing meets it");
  refused({"--objective", "time<=5ms"}, "no measured costs");
  refused({"--write", s.ensemble}, "another ensemble");
  refused({"--write", s.folder / "nowhere.json"}, "nowhere.json");
  refused({"--profile", "x"}, "--write ENSEMBLE");
  refused({"--split", "1.5"}, "--split");
  refused({"--split", "0"}, "leaves one part without images");
  refused({"--swap"}, "give --split SHARE");
  refused({"--candidates", "1"}, "--candidates");
  refused({"--spacing", "even"}, "logit or quantile");
  refused({"--search", "all"}, "--search");
  refused({"--signal", "luck"}, "--signal");
  refused({"--order", "0,9"}, "--order");
  refused({"--costs", "1,2"}, "--costs");
  refused({"--search", "subset", "--signal", "entropy"}, "not by 'entropy'");
  expect_refused({"calibrate", recorded(), "--objective", "published,alpha=0:1:0.1", "--write", s.ensemble},
                 "name one alpha");
  expect_refused({"calibrate", recorded(), "--signal", "entropy", "--write", s.ensemble}, "for replay only");
  // Thresholds of the wrong count, or none at all, in a file.
  for (const char* thresholds : {"[0.5]", "[0.5, \"x\"]", "[0.5, null]", "[1, 2, 3]"}) {
    auto json = nlohmann::ordered_json::parse(read_text(s.ensemble));
    json["profiles"]["p"] = {{"members", {"a", "b", "c"}}, {"thresholds", Json::parse(thresholds)}};
    const std::string path = s.folder / "wrong.json";
    write_text(path, json.dump());
    expect_refused({"replay", recorded(), "--policy", "stored:p", "--ensemble", path}, "thresholds");
    expect_refused({"calibrate", recorded(), "--write", path}, "thresholds");
  }
  // What is refused leaves the ensemble file alone.
  const std::string kept = read_text(s.ensemble);
  expect_refused({"calibrate", recorded(), "--objective", "gap<=-90pt", "--write", s.ensemble},
                 "nothing meets");
  EXPECT_EQ(read_text(s.ensemble), kept);
}

}  // namespace
}  // namespace fxe::test
