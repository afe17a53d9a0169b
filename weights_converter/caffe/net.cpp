// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/net.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "caffe.pb.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

constexpr size_t kMaxBlobs = 1024;  // of a layer

using Names = std::map<std::string, size_t>;  // a blob's name -> its latest version

template <size_t N>
bool any_of(const std::array<const char*, N>& types, const std::string& type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

// Layers that may follow the logits, which are their first input.
bool may_end(const std::string& type) {
  constexpr std::array types{"Accuracy", "ArgMax", "Softmax", "SoftmaxWithLoss", "Silence"};
  return any_of(types, type) || type.ends_with("Loss");
}

bool is_in_place(const CaffeLayer& layer, const std::string& top) {
  return std::find(layer.bottoms.begin(), layer.bottoms.end(), top) != layer.bottoms.end();
}

class NetReader {
 public:
  explicit NetReader(const caffe::Net& proto) : proto_(proto) {
    net_.layers = caffe_layers(proto);
    says_inputs_ = proto.input_size() > 0;
    for (const CaffeLayer& layer : net_.layers) {
      if (layer.bottoms.size() > kMaxBlobs || layer.tops.size() > kMaxBlobs)
        throw layer.error("reads {} blobs and makes {}; expected at most {}", layer.bottoms.size(),
                          layer.tops.size(), kMaxBlobs);
      says_inputs_ = says_inputs_ || is_caffe_source(layer.type);
      for (const auto& top : layer.tops)
        if (!is_in_place(layer, top)) (layer.in_test_phase ? makers_ : left_out_).emplace(top, &layer);
    }
  }

  CaffeNet run() {
    for (const auto& name : proto_.input()) add_source(name);
    for (const CaffeLayer& layer : net_.layers) add_layer(layer);
    if (net_.steps.empty()) throw bad_input("the net has no layers that compute anything");
    find_ends();
    net_.logits = find_logits();
    keep_needed();
    net_.image = find_image();
    return std::move(net_);
  }

 private:
  size_t add_blob(const std::string& name) {
    net_.blobs.push_back({printable(name)});
    return latest_[name] = net_.blobs.size() - 1;
  }

  size_t add_source(const std::string& name) {
    // A combined training and test net has a data layer for each, with the same tops.
    if (const auto found = latest_.find(name); found != latest_.end() && net_.blobs[found->second].source)
      return found->second;
    const size_t id = add_blob(name);
    net_.blobs[id].source = true;
    return id;
  }

  void add_layer(const CaffeLayer& layer) {
    if (is_caffe_source(layer.type)) {
      for (const auto& top : layer.tops) add_source(top);
      return;
    }
    if (!layer.in_test_phase) return;
    CaffeStep step{&layer, {}, {}};
    for (const auto& bottom : layer.bottoms) step.inputs.push_back(read(layer, bottom));
    for (const auto& top : layer.tops) {
      if (!is_in_place(layer, top) && latest_.contains(top))
        throw layer.error("makes '{}', which exists already; a blob is made once, or changed in place",
                          printable(top));
      step.outputs.push_back(add_blob(top));
    }
    net_.steps.push_back(std::move(step));
  }

  size_t read(const CaffeLayer& layer, const std::string& name) {
    if (const auto found = latest_.find(name); found != latest_.end()) return found->second;
    if (const auto later = makers_.find(name); later != makers_.end())
      throw layer.error("reads '{}', which layer '{}' makes after it", printable(name), later->second->name);
    if (const auto skipped = left_out_.find(name); skipped != left_out_.end())
      throw layer.error("reads '{}', which layer '{}' makes in the training phase only", printable(name),
                        skipped->second->name);
    if (says_inputs_) throw layer.error("reads '{}', which no layer makes", printable(name));
    return add_source(name);
  }

  // Finds the steps after the logits: only steps after the logits read them.
  void find_ends() {
    std::vector<bool> read_before(net_.blobs.size());  // by a step before the logits
    ends_.resize(net_.steps.size());
    for (size_t i = net_.steps.size(); i-- > 0;) {
      const CaffeStep& step = net_.steps[i];
      ends_[i] = may_end(step.layer->type) && std::none_of(step.outputs.begin(), step.outputs.end(),
                                                           [&](size_t id) { return read_before[id]; });
      if (!ends_[i])
        for (const size_t id : step.inputs) read_before[id] = true;
      // A softmax may be left out only if it keeps the order of classes: if it runs over them alone.
      else if (step.layer->type.starts_with("Softmax") && step.layer->softmax->axis() != 1)
        throw step.layer->error("is over axis {}; expected 1, the classes", step.layer->softmax->axis());
    }
  }

  // The last blob that only final steps read, or nothing.
  size_t find_logits() {
    std::vector<bool> candidate(net_.blobs.size());
    for (size_t i = 0; i < net_.steps.size(); ++i)
      if (!ends_[i])
        for (const size_t id : net_.steps[i].outputs) candidate[id] = true;
    for (size_t i = 0; i < net_.steps.size(); ++i) {
      const CaffeStep& step = net_.steps[i];
      for (size_t j = 0; j < step.inputs.size(); ++j)
        if (!ends_[i] || j > 0 || step.layer->type == "Silence") candidate[step.inputs[j]] = false;
    }
    std::vector<std::string> names;
    std::optional<size_t> last;
    for (size_t id = 0; id < candidate.size(); ++id) {
      if (!candidate[id]) continue;
      names.push_back("'" + net_.blobs[id].name + "'");
      last = id;
    }
    if (!last) throw bad_input("the net has no output: every blob is read by another layer");
    if (names.size() > 1)
      net_.notes.push_back(
          fmt::format("of its {} outputs the last, {}, is read", names.size(), names.back()));
    for (size_t i = 0; i < net_.steps.size(); ++i)
      if (ends_[i] && !net_.steps[i].inputs.empty() && net_.steps[i].inputs[0] == *last)
        net_.notes.push_back(fmt::format("its layer '{}' ({}) at the end is left out: fxe works on logits",
                                         net_.steps[i].layer->name, net_.steps[i].layer->type));
    return *last;
  }

  void keep_needed() {
    std::vector<bool> needed(net_.blobs.size());
    needed[net_.logits] = true;
    std::vector<CaffeStep> kept;
    for (size_t i = net_.steps.size(); i-- > 0;) {
      CaffeStep& step = net_.steps[i];
      if (std::none_of(step.outputs.begin(), step.outputs.end(), [&](size_t id) { return needed[id]; }))
        continue;
      for (const size_t id : step.inputs) {
        needed[id] = true;
        net_.blobs[id].read = true;
      }
      kept.push_back(std::move(step));
    }
    std::reverse(kept.begin(), kept.end());
    net_.steps = std::move(kept);
  }

  size_t find_image() const {
    std::vector<size_t> images;
    std::vector<std::string> names;
    for (size_t id = 0; id < net_.blobs.size(); ++id) {
      if (!net_.blobs[id].source || !net_.blobs[id].read) continue;
      images.push_back(id);
      names.push_back("'" + net_.blobs[id].name + "'");
    }
    if (images.size() != 1)
      throw bad_input("the net reads {} inputs{}{}; fxe runs models of one image", images.size(),
                      images.empty() ? "" : ": ", fmt::join(names, ", "));
    return images[0];
  }

  const caffe::Net& proto_;
  CaffeNet net_;
  Names latest_;
  bool says_inputs_ = false;                           // if not, a blob that no layer makes is one
  std::map<std::string, const CaffeLayer*> makers_;    // of blobs
  std::map<std::string, const CaffeLayer*> left_out_;  // the same for layers of the training phase
  std::vector<bool> ends_;                             // per step
};

}  // namespace

bool is_caffe_source(const std::string& type) {
  constexpr std::array types{"Data",       "Input",      "ImageData", "DummyData",
                             "MemoryData", "WindowData", "HDF5Data",  "AnnotatedData"};
  return any_of(types, type);
}

CaffeNet read_caffe_net(const caffe::Net& net) { return NetReader(net).run(); }

}  // namespace fxe
