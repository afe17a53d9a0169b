// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/cudnn_conv.h"

#include <fmt/format.h>

#include <array>

#include "engine/error.h"

namespace fxe {

namespace {

cudnnDataType_t cudnn_data_type(DType type) {
  switch (type) {
    case DType::f32:
      return CUDNN_DATA_FLOAT;
    case DType::f16:
      return CUDNN_DATA_HALF;
    case DType::bf16:
      return CUDNN_DATA_BFLOAT16;
    default:
      throw run_time_error("no cuDNN convolution in {}", name(type));
  }
}

// Builds the graph's parts; `virtual_id` names values that exist only inside it.
class Builder {
 public:
  // NHWC [n c h w]; KRSC weights have the same form.
  const CudnnDescriptor& tensor(int64_t id, cudnnDataType_t type, std::array<int64_t, 4> dims,
                                bool is_virtual = false) {
    const auto [n, c, h, w] = dims;
    CudnnDescriptor& tensor = graph_.parts.emplace_back(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    tensor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, id);
    tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type);
    tensor.set(CUDNN_ATTR_TENSOR_DIMENSIONS, {n, c, h, w});
    tensor.set(CUDNN_ATTR_TENSOR_STRIDES, {c * h * w, int64_t{1}, c * w, c});
    tensor.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, int64_t{16});
    tensor.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, is_virtual);
    tensor.finalize();
    return tensor;
  }

  void convolution(const CudnnConv& conv, const CudnnDescriptor& x, const CudnnDescriptor& w,
                   const CudnnDescriptor& y) {
    CudnnDescriptor& how = graph_.parts.emplace_back(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    how.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
    how.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
    how.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, int64_t{2});
    how.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, {conv.dilation.h, conv.dilation.w});
    how.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {conv.stride.h, conv.stride.w});
    how.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {conv.pad.top, conv.pad.left});
    how.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {conv.pad.bottom, conv.pad.right});
    how.finalize();
    CudnnDescriptor& op =
        graph_.operations.emplace_back(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
    op.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, how);
    op.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x);
    op.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w);
    op.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, y);
    op.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1.0);
    op.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0.0);
    op.finalize();
  }

  void pointwise(cudnnPointwiseMode_t mode, const CudnnDescriptor& x, const CudnnDescriptor* other,
                 const CudnnDescriptor& y) {
    CudnnDescriptor& how = graph_.parts.emplace_back(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    how.set(CUDNN_ATTR_POINTWISE_MODE, mode);
    how.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
    how.finalize();
    CudnnDescriptor& op = graph_.operations.emplace_back(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    op.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, how);
    op.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
    if (other) op.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *other);
    op.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
    op.finalize();
  }

  CudnnGraph take() { return std::move(graph_); }

 private:
  CudnnGraph graph_;
};

}  // namespace

std::string CudnnConv::str() const {
  return fmt::format(
      "{} n{} c{} h{} w{} k{} p{} q{} filter {}x{} stride {}x{} dilation {}x{} pad {},{},{},{} groups "
      "{}{}{}{}",
      name(dtype), n, c, h, w, k, p, q, filter.h, filter.w, stride.h, stride.w, dilation.h, dilation.w,
      pad.top, pad.left, pad.bottom, pad.right, groups, residual ? " +residual" : "", bias ? " +bias" : "",
      relu ? " relu" : "");
}

CudnnGraph make_graph(const CudnnConv& conv) {
  Builder builder;
  const cudnnDataType_t type = cudnn_data_type(conv.dtype);
  const std::array<int64_t, 4> output{conv.n, conv.k, conv.p, conv.q};
  int steps_left = conv.residual + conv.bias + conv.relu;
  int64_t virtual_id = 100;
  // The value after one more step: y itself after the last one, before that fp32 inside the kernel.
  const auto next = [&]() -> const CudnnDescriptor& {
    return steps_left-- > 0 ? builder.tensor(virtual_id++, CUDNN_DATA_FLOAT, output, true)
                            : builder.tensor(CudnnConv::kY, type, output);
  };

  const CudnnDescriptor& x = builder.tensor(CudnnConv::kX, type, {conv.n, conv.c, conv.h, conv.w});
  const CudnnDescriptor& w =
      builder.tensor(CudnnConv::kW, type, {conv.k, conv.c / conv.groups, conv.filter.h, conv.filter.w});
  const CudnnDescriptor* value = &next();
  builder.convolution(conv, x, w, *value);
  const auto then = [&](cudnnPointwiseMode_t mode, const CudnnDescriptor* other) {
    const CudnnDescriptor& y = next();
    builder.pointwise(mode, *value, other, y);
    value = &y;
  };
  if (conv.residual) then(CUDNN_POINTWISE_ADD, &builder.tensor(CudnnConv::kResidual, type, output));
  if (conv.bias) then(CUDNN_POINTWISE_ADD, &builder.tensor(CudnnConv::kBias, type, {1, conv.k, 1, 1}));
  if (conv.relu) then(CUDNN_POINTWISE_RELU_FWD, nullptr);
  return builder.take();
}

}  // namespace fxe
