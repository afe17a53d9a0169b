// SPDX-License-Identifier: Apache-2.0
// Ensemble files and what they contain.
#include "engine/bounded_json.h"
#include "metareasoner/ensemble_file.h"
#include "networks/registry.h"
#include "tests/fuzz/target.h"

namespace fxe::fuzz {

namespace {

constexpr const char* kEnsemble =
    R"({"schema":"fxe.ensemble/1","name":"e","classes":"c.txt","combine":"probabilities",
"members":[{"name":"a","model":"a.pth","network":"resnet18:classes=5","weight":2,"temperature":0.5,
"preprocess":{"resize":{"to":256,"side":"shorter","filter":"bicubic","antialias":true},"crop":[224,200],
"channels":"bgr","scale":0.5,"mean":[1,2,3],"std":[1,1.5,1e0]}},
{"name":"b","model":"b.onnx","preprocess":"timm-224-0.95-bicubic"}],
"profiles":{"default":{"members":["b","a"],"combine":"logits","weights":[1,2],"temperatures":[1,1],
"signal":"raw_margin","thresholds":[0.5],"reference":"full","made":{"by":"x","n":[1,{"y":null}]}}}})";

void run_ensemble(Bytes input) { parse_ensemble(as_text(input), "folder/e.json"); }

std::vector<std::string> ensemble_seeds() {
  return {
      kEnsemble, R"({"schema":"fxe.ensemble/1","members":[{"model":"m","preprocess":"cifar-32"}]})",
      R"({"schema":"fxe.ensemble/1","members":[{"model":"m","preprocess":"squash-64"}],"profiles":{"p":{"members":["m"],"thresholds":[]}}})"};
}

void run_preprocess(Bytes input) {
  const auto json = parse_json<nlohmann::json>(as_text(input), {.bytes = 1 << 16, .depth = 4, .keys = 16});
  const Preprocess p = parse_preprocess(json, "p");
  if (parse_preprocess(nlohmann::json(to_json(p)), "p") != p)
    throw std::logic_error("another preprocess when read again");
}

std::vector<std::string> preprocess_seeds() {
  return {
      R"("torchvision-232-224")",
      R"("timm-224-0.95-bilinear")",
      R"("caffe-227")",
      R"("squash-299")",
      R"({"resize":{"to":[10,20],"side":"both","filter":"bilinear"},"crop":8,"channels":"rgb","scale":1,"mean":[0,0,0],"std":[1,1,1]})",
      R"({"resize":{"side":"none"},"crop":[1,16384]})"};
}

void run_network_spec(Bytes input) { infer_shapes(build_network(as_text(input)), 1); }

std::vector<std::string> network_spec_seeds() {
  return {"resnet18", "mobilenet_v1:width=.25,classes=9,input=64x32", "googlenet:transform_input=true",
          "alexnet:input=224", "mobilenet_v1:activation=leaky_relu,slope=0.1"};
}

}  // namespace

Target ensemble() { return {"ensemble", 4096, run_ensemble, ensemble_seeds}; }
Target preprocess() { return {"preprocess", 1024, run_preprocess, preprocess_seeds}; }
// Names far longer than any network's find nothing new, and finding the nearest name takes long.
Target network_spec() { return {"network_spec", 48, run_network_spec, network_spec_seeds}; }

}  // namespace fxe::fuzz
