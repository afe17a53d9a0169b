// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/calibrated_profile.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/files/file_lock.h"
#include "metareasoner/calibrate/image_split.h"
#include "metareasoner/store/store_ensemble.h"

namespace fxe {

void check_for_profile(const Store& store, const CalibrationRequest& r, const std::string& path,
                       const ModelFiles& files_of) {
  if (r.objective.alphas.size() > 1)
    throw bad_input("--write: objective '{}' has {} results and a profile holds one; name one alpha",
                    r.objective.text, r.objective.alphas.size());
  if (r.signal != ReplaySignal::margin && r.signal != ReplaySignal::raw_margin)
    throw bad_input("--write: a profile holds the signal margin or raw_margin; '{}' is for replay only",
                    name(r.signal));
  read_matching_ensemble(store, path, files_of);
}

void write_profile(const CalibrationSummary& s, const std::string& profile, const std::string& path,
                   const ModelFiles& files_of, OutputFile& to) {
  const FileLock lock(path);
  EnsembleFile file = read_matching_ensemble(s.store, path, files_of);
  const CalibrationOutcome& o = s.outcomes.front();
  const auto names = member_names(s.store);
  Profile p;
  p.point = o.point;
  p.point.signal = s.request.signal == ReplaySignal::margin ? Signal::margin : Signal::raw_margin;
  for (int& m : p.point.members) {
    const auto found = std::find_if(file.members.begin(), file.members.end(), [&](const MemberEntry& e) {
      return e.name == names[static_cast<size_t>(m)];
    });
    m = static_cast<int>(found - file.members.begin());
  }
  const auto& images = s.images.parts;
  p.made = {{"by", "fxe calibrate"},
            {"objective", s.request.objective.text},
            {"images", hash_of_images(s.store, images.fit)},
            {"fingerprint", s.store.header().fingerprint},
            {"count", images.fit.size()}};
  if (o.found.guarantee) {
    p.made["guarantee"] = guarantee_text(s.request.objective, *o.found.guarantee);
    p.made["judged"] = hash_of_images(s.store, images.judged);
  }
  check_operating_point(p.point, file.members.size(), fmt::format("profile '{}'", profile));
  file.profiles[profile] = p;
  write_ensemble_file(file, to);
  to.commit();
}

}  // namespace fxe
