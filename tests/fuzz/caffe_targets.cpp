// SPDX-License-Identifier: Apache-2.0
#include "caffe.pb.h"
#include "layers/graph.h"
#include "tests/fuzz/target.h"
#include "tests/weights_converter/caffe/networks.h"
#include "weights_converter/caffe/file.h"

namespace fxe::fuzz {

namespace {

void run_caffemodel(Bytes input) {
  if (!is_caffe(input)) throw bad_input("not a caffemodel");
  WeightFile file = read_caffe(input, std::nullopt);
  for (const auto& [name, tensor] : file.tensors) touch(tensor.bytes);
  bind_weights(*std::move(file.graph), std::move(file.tensors), "m");
}

// A classifier of one layer, in the form that Caffe wrote until 2014.
std::string old_form() {
  caffe::Net net;
  net.set_name("old");
  net.add_input("data");
  for (const int size : {1, 2, 3, 3}) net.add_input_dim(size);
  caffe::V1Layer& layer = *net.add_layers();
  layer.set_name("fc");
  layer.set_type(14);
  layer.add_bottom("data");
  layer.add_top("fc");
  layer.mutable_inner_product_param()->set_num_output(2);
  const auto add = [&](int rows, int columns) {
    caffe::Blob& blob = *layer.add_blobs();
    blob.set_num(1);
    blob.set_channels(1);
    blob.set_height(rows);
    blob.set_width(columns);
    for (int i = 0; i < rows * columns; ++i) blob.add_data(0.5f);
  };
  add(2, 18);
  add(1, 2);
  return net.SerializeAsString();
}

// Weights keep their bytes, so that the nets stay readable; nets of more than `max_bytes` are skipped.
std::vector<std::string> caffemodel_seeds() {
  std::vector<std::string> seeds{old_form()};
  for (const auto& c : test::caffe_layer_cases())
    if (auto bytes = c.net.SerializeAsString(); bytes.size() <= caffemodel().max_bytes)
      seeds.push_back(std::move(bytes));
  return seeds;
}

void run_binaryproto(Bytes input) { touch(read_caffe_mean(input).bytes); }

std::vector<std::string> binaryproto_seeds() {
  caffe::Blob old, shaped, doubles, raw;
  old.set_num(1);
  old.set_channels(3);
  old.set_height(2);
  old.set_width(2);
  for (const int64_t size : {3, 1, 2}) shaped.mutable_shape()->add_dim(size);
  for (const int64_t size : {1, 3, 1, 1}) doubles.mutable_shape()->add_dim(size);
  *raw.mutable_shape() = shaped.shape();
  for (int i = 0; i < 12; ++i) old.add_data(static_cast<float>(i));
  for (int i = 0; i < 6; ++i) shaped.add_data(static_cast<float>(i));
  for (int i = 0; i < 3; ++i) doubles.add_double_data(i);
  raw.set_raw_data_type(2);
  raw.set_raw_data(std::string(12, 'h'));
  return {old.SerializeAsString(), shaped.SerializeAsString(), doubles.SerializeAsString(),
          raw.SerializeAsString()};
}

}  // namespace

Target caffemodel() { return {"caffemodel", 8192, run_caffemodel, caffemodel_seeds}; }
Target binaryproto() { return {"binaryproto", 512, run_binaryproto, binaryproto_seeds}; }

}  // namespace fxe::fuzz
