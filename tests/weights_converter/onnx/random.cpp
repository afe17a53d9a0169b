// SPDX-License-Identifier: Apache-2.0
#include "tests/weights_converter/onnx/random.h"

#include <cmath>

namespace fxe::test {

namespace {

using onnx_writer::set_list;

std::vector<double> transposed(const std::vector<double>& weight, int64_t k) {
  const size_t rows = static_cast<size_t>(k), columns = weight.size() / rows;
  std::vector<double> out(weight.size());
  for (size_t r = 0; r < rows; ++r)
    for (size_t c = 0; c < columns; ++c) out[c * rows + r] = weight[r * columns + c];
  return out;
}

}  // namespace

RandomOnnx::RandomOnnx(uint64_t seed) : random_(seed) {
  for (int i = 0; i < 16; ++i) image_.push_back(static_cast<double>(random_.integer(-2, 2)));
  keep("x", {{1, 4, 2, 2}, image_}, 2, Form::image);
  while (values_.size() < 14) {
    const Value x = random_.integer(0, 2) ? values_.back() : any();  // chains, with readers from aside
    switch (random_.integer(0, 5)) {
      case 0:
        add_product(x);
        break;
      case 1:
      case 2:
        add_layer(x);
        break;
      case 3:
        join(x);
        break;
      default:
        add_alias(x);
    }
  }
  finish();
}

void RandomOnnx::keep(const std::string& name, Array value, double bound, Form form) {
  if (bound <= kMaxBound) values_.push_back({{name, std::move(value), bound}, form});
}

std::string RandomOnnx::node(const char* type, const std::vector<std::string>& inputs) {
  auto& node = *writer_.graph().add_node();
  node.set_op_type(type);
  for (const auto& name : inputs) node.add_input(name);
  node.add_output(fresh());
  return node.output(0);
}

std::string RandomOnnx::constant(const std::vector<int64_t>& dims, const std::vector<double>& values) {
  auto& tensor = *writer_.graph().add_initializer();
  tensor.set_name(fresh());
  tensor.set_data_type(1);
  for (const int64_t d : dims) tensor.add_dims(d);
  for (const double v : values) tensor.add_float_data(static_cast<float>(v));
  return tensor.name();
}

std::string RandomOnnx::constant(const std::vector<int64_t>& values) {
  const std::string name = fresh();
  writer_.integers(name.c_str(), values);
  return name;
}

std::string RandomOnnx::channels(const Value& x, const std::vector<double>& values) {
  const auto c = static_cast<int64_t>(values.size());
  const bool longer = random_.integer(0, 1) == 1;
  if (x.form == Form::image)
    return constant(longer ? std::vector<int64_t>{1, c, 1, 1} : std::vector{c, int64_t{1}, int64_t{1}},
                    values);
  return constant(longer ? std::vector<int64_t>{1, c} : std::vector{c}, values);
}

void RandomOnnx::add_alias(const Value& x) {
  auto& nodes = *writer_.graph().mutable_node();
  const bool rows = x.form == Form::rows;
  std::vector<int64_t> dims = x.value.dims;
  if (x.form == Form::last) dims = {1, 2, 2, dims[1]};
  std::string name;
  Form form = x.form;
  switch (random_.integer(0, 6)) {
    case 0:
      name = node("Identity", {x.name});
      break;
    case 1:
      name = node("Dropout", {x.name});
      break;
    case 2:
      name = node("Cast", {x.name});
      onnx_writer::set(*nodes.rbegin(), "to", 1);
      break;
    case 3:
      name = node("Reshape", {x.name, constant(dims)});
      break;
    case 4:
      name = node(rows ? "Flatten" : "Transpose", {x.name});
      if (!rows) set_list(*nodes.rbegin(), "perm", {0, 1, 2, 3});
      break;
    case 5:
      if (rows) {
        name = node("Squeeze", {node("Unsqueeze", {x.name, constant({2, 3})}), constant({2, 3})});
        break;
      }
      [[fallthrough]];
    default:  // as in the middle of a chain from TensorFlow
      if (rows) return;
      form = x.form == Form::last ? Form::image : Form::last;
      name = node("Transpose", {x.name});
      form == Form::image ? set_list(*nodes.rbegin(), "perm", {0, 3, 1, 2})
                          : set_list(*nodes.rbegin(), "perm", {0, 2, 3, 1});
  }
  keep(name, x.value, x.bound, form);
}

void RandomOnnx::add_layer(const Value& x) {
  const int64_t c = x.value.dims[1];
  const auto factors = small(random_, c, true), terms = small(random_, c, false);
  const double one = static_cast<double>(random_.integer(-3, 3));
  const auto plus = [&](const std::vector<double>& t, double sign) {
    return per_channel(x.value, [&](double v, size_t i) { return sign * v + t[i]; });
  };
  const auto minus = [](std::vector<double> t) {
    for (double& v : t) v = -v;
    return t;
  };
  const std::vector<double> repeated(static_cast<size_t>(c), one);
  switch (random_.integer(0, 6)) {
    case 0:
      return keep(node("Add", {channels(x, terms), x.name}), plus(terms, 1), x.bound + 1, x.form);
    case 1:
      return keep(node("Sub", {channels(x, terms), x.name}), plus(terms, -1), x.bound + 1, x.form);
    case 2:
      return keep(node("Sub", {x.name, channels(x, terms)}), plus(minus(terms), 1), x.bound + 1, x.form);
    case 3:
      return keep(node("Add", {x.name, constant({}, {one})}), plus(repeated, 1), x.bound + 3, x.form);
    case 4:
      return keep(node("Mul", {x.name, channels(x, factors)}),
                  per_channel(x.value, [&](double v, size_t i) { return factors[i] * v; }), 2 * x.bound,
                  x.form);
    case 5:
      return keep(node("Relu", {x.name}), relu(x.value), x.bound, x.form);
    default:
      return add_norm(x);
  }
}

// With variances of 1 and 1/4, whose roots are exact.
void RandomOnnx::add_norm(const Value& x) {
  if (x.form == Form::last) return;
  const int64_t c = x.value.dims[1];
  const auto scale = small(random_, c, true), shift = small(random_, c, false),
             mean = small(random_, c, false);
  std::vector<double> variance;
  for (int64_t i = 0; i < c; ++i) variance.push_back(random_.integer(0, 1) ? 1 : 0.25);
  const std::string name = node("BatchNormalization", {x.name, constant({c}, scale), constant({c}, shift),
                                                       constant({c}, mean), constant({c}, variance)});
  auto* epsilon = writer_.graph().mutable_node()->rbegin()->add_attribute();
  epsilon->set_name("epsilon");
  epsilon->set_f(0);
  const auto normed = [&](double v, size_t i) {
    return scale[i] * (v - mean[i]) / std::sqrt(variance[i]) + shift[i];
  };
  keep(name, per_channel(x.value, normed), 4 * (x.bound + 1) + 1, x.form);
}

void RandomOnnx::add_product(const Value& x) {
  const int64_t c = x.value.dims[1], k = random_.integer(2, 4);
  const bool image = x.form == Form::image;
  const int64_t r = image && random_.integer(0, 1) ? 3 : 1;
  const auto weight = small(random_, k * c * r * r, false);
  std::vector<double> bias;
  if (x.form != Form::last && random_.integer(0, 1)) bias = small(random_, k, false);
  const std::vector<int64_t> matrix{c, k};
  std::vector<std::string> inputs{
      x.name, image ? constant({k, c, r, r}, weight) : constant(matrix, transposed(weight, k))};
  if (!bias.empty()) inputs.push_back(constant({k}, bias));
  const std::string name = node(image ? "Conv" : bias.empty() ? "MatMul" : "Gemm", inputs);
  if (r == 3) set_list(*writer_.graph().mutable_node()->rbegin(), "pads", {1, 1, 1, 1});
  keep(name,
       x.form == Form::rows ? multiply(x.value, weight, bias, k) : convolve(x.value, weight, bias, k, r),
       x.bound * static_cast<double>(c * r * r) + 1, x.form);
}

void RandomOnnx::join(const Value& x) {
  const Value y = any();
  if (x.form == y.form && x.value.dims == y.value.dims)
    return keep(node("Add", {x.name, y.name}), sum(x.value, y.value), x.bound + y.bound, x.form);
  if (x.form == Form::image)
    keep(node("Flatten", {x.name}), {{1, x.value.rows_of(1)}, x.value.v}, x.bound, Form::rows);
}

// The sum of products of the last value and of two before it.
void RandomOnnx::finish() {
  std::string total;
  logits_.assign(kClasses, 0);
  for (const size_t i : {values_.size() - 1, values_.size() / 2, size_t{1}}) {
    const Value& x = values_[i];
    std::string name = x.name;
    if (x.form == Form::last) {
      name = node("Transpose", {name});
      set_list(*writer_.graph().mutable_node()->rbegin(), "perm", {0, 3, 1, 2});
    }
    if (x.form != Form::rows) name = node("Flatten", {name});
    const int64_t c = x.value.rows_of(1);
    const auto weight = small(random_, kClasses * c, false);
    const std::vector<int64_t> matrix{c, kClasses};
    name = node("MatMul", {name, constant(matrix, transposed(weight, kClasses))});
    total = total.empty() ? name : node("Add", {total, name});
    const Array part = multiply(x.value, weight, {}, kClasses);
    for (size_t k = 0; k < logits_.size(); ++k) logits_[k] += part.v[k];
  }
  bytes_ = writer_.finish(total.c_str());
}

}  // namespace fxe::test
