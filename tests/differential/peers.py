# SPDX-License-Identifier: Apache-2.0
"""Peers' logits: ONNX Runtime without its graph optimisations, and the onnx package's evaluator in double precision."""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from onnx_double import OPERATORS

onnxruntime.set_default_logger_severity(4)


def with_output(model, name: str):
    """The model with this value as its only output."""
    other = onnx.ModelProto()
    other.CopyFrom(model)
    del other.graph.output[:]
    other.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return other


def rows(outputs, n: int) -> np.ndarray:
    return np.concatenate(outputs).reshape(n, -1)


def batches(model, images):
    """The images in the batch that the model wants."""
    fixed = model.graph.input[0].type.tensor_type.shape.dim[0].dim_value
    size = fixed or len(images)
    return [images[i:i + size] for i in range(0, len(images), size)]


def onnx_runtime(model, images, folder) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    path = folder / "peer.onnx"  # a file, because its external data lies beside it
    path.write_bytes(model.SerializeToString())
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = model.graph.input[0].name
    return rows([session.run(None, {name: batch})[0] for batch in batches(model, images)], len(images))


def as_double(tensor: TensorProto, folder) -> TensorProto:
    if tensor.data_type != TensorProto.FLOAT:
        return tensor
    array = numpy_helper.to_array(tensor, str(folder)).astype(np.float64)
    return numpy_helper.from_array(array, tensor.name)


def dense(sparse) -> TensorProto:
    array = np.zeros(sparse.dims, np.float32)
    indices = numpy_helper.to_array(sparse.indices)
    places = tuple(indices.T) if indices.ndim == 2 else np.unravel_index(indices, array.shape)
    array[places] = numpy_helper.to_array(sparse.values)
    return numpy_helper.from_array(array, sparse.values.name)


def double_precision(model, images, folder) -> np.ndarray:
    """Converts every number to double, except fp16 and shapes."""
    other = onnx.ModelProto()
    other.CopyFrom(model)
    graph = other.graph
    tensors = [as_double(t, folder) for t in graph.initializer] + [as_double(dense(t), folder) for t in graph.sparse_initializer]
    del graph.initializer[:], graph.sparse_initializer[:]
    graph.initializer.extend(tensors)
    for info in list(graph.input) + list(graph.output):
        if info.type.tensor_type.elem_type == TensorProto.FLOAT:
            info.type.tensor_type.elem_type = TensorProto.DOUBLE
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
            if attribute.type == onnx.AttributeProto.TENSOR:
                attribute.t.CopyFrom(as_double(attribute.t, folder))
            if node.op_type == "Constant" and attribute.name in ("value_float", "value_floats"):
                array = np.array(attribute.f if attribute.name == "value_float" else list(attribute.floats), np.float64)
                attribute.CopyFrom(helper.make_attribute("value", numpy_helper.from_array(array)))
    evaluator = ReferenceEvaluator(other, new_ops=OPERATORS)
    name = graph.input[0].name
    return rows([evaluator.run(None, {name: b.astype(np.float64)})[0] for b in batches(model, images)], len(images))
