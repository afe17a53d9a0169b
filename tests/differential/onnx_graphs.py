# SPDX-License-Identifier: Apache-2.0
"""A random CNN classifier as an ONNX file, from a seed."""
import pathlib
import random

import numpy as np
import onnx
from onnx import TensorProto, helper

from onnx_blocks import BLOCKS, arithmetic, linear, rows_of, shared_product
from onnx_functions import activation, pick
from onnx_windows import MOST_CHANNELS, MOST_ELEMENTS, One, batch_norm, conv
from onnx_writer import GREATEST_OPSET, LEAST_OPSET, Value, Writer


def trunk(w: Writer, x: Value, skip) -> Value:
    """Blocks with independent random choices, so that leaving some out (`skip`) does not change the others."""
    count = w.choice.choice([1, 2, 3, 4, 5, 6])
    seeds = [w.choice.getrandbits(64) for _ in range(count)]
    for i, seed in enumerate(seeds):
        if i in skip:
            continue
        w.choice.seed(seed)
        w.numbers = np.random.default_rng(seed)
        x = pick(w, BLOCKS)(w, x)
        if x.shape[0] > MOST_CHANNELS:
            x = conv(w, x, 16, One(x), groups=1)
        if np.prod(x.shape) > MOST_ELEMENTS:
            x = w.raw("MaxPool", [x], [x.shape[0], x.shape[1] // 2, x.shape[2] // 2], kernel_shape=[2, 2], strides=[2, 2])
    return x


def pooled_row(w: Writer, x: Value) -> Value:
    c, h, width = x.shape
    kind = w.choice.choice(["global"] * 4 + ["mean"] * 3 + ["twice", "max", "average", "average", "last", "whole", "whole",
                                                            "reduce", "gather"])
    if kind == "mean":
        keep = w.chance(0.4)
        y = w.reduce("ReduceMean", x, [2, 3], keep)
        return rows_of(w, y) if keep else y
    if kind == "twice":
        return w.reduce("ReduceMean", w.reduce("ReduceMean", x, [3], False), [2], False)
    if kind == "max":
        return rows_of(w, w.raw("GlobalMaxPool", [x], [c, 1, 1]))
    if kind == "average":
        return rows_of(w, w.raw("AveragePool", [x], [c, 1, 1], kernel_shape=[h, width]))
    if kind == "last":
        y = w.transpose(x, [0, 2, 3, 1])
        return w.reduce("ReduceMean", y, [1, 2], False)
    if kind == "gather" and w.batch != "n":  # as PyTorch's newer exporter writes as_strided
        n = w.batch
        y = w.reshape(w.reduce("ReduceMean", x, [2, 3], True), [-1], [])
        indices = w.form_free(np.arange(n * c).reshape(n, c, 1, 1))
        return rows_of(w, w.op("Gather", [y, indices], [c, 1, 1], {"axis": 0}, axis=0))
    if kind == "whole" and c * h * width <= 800:
        return rows_of(w, x)
    if kind == "reduce":
        op = w.choice.choice(["ReduceMax", "ReduceMean", "ReduceSum"])
        if op == "ReduceMean" or w.chance(0.4):
            return w.reduce(op, x, [2, 3], False)
        if w.chance(0.5):
            return rows_of(w, w.reduce(op, x, [2, 3], True))
        keep = w.chance(0.5)
        y = w.reduce(op, w.reduce(op, x, [3], keep), [2], keep)
        return rows_of(w, y) if keep else y
    return rows_of(w, w.raw("GlobalAveragePool", [x], [c, 1, 1]))


def row_block(w: Writer, x: Value) -> Value:
    c = x.shape[0]
    kind = w.choice.choice(["activation"] * 4 + ["dropout", "norm", "add", "mul", "concat", "residual", "shared", "shared"])
    if kind == "activation":
        return activation(w, x)
    if kind == "dropout":
        return w.alias(x)
    if kind == "norm":
        return batch_norm(w, x)
    if kind in ("add", "mul"):
        shape = w.choice.choice([[], [1], [c], [1, c], [1, 1]])
        constant = w.const(w.uniform(0.5, 1.5, *shape), "constant")
        return w.raw(kind.capitalize(), w.choice.choice([[x, constant], [constant, x]]), x.shape)
    if kind == "shared":
        return shared_product(w, x, w.choice.choice([8, 12]))
    if kind == "concat":
        return w.raw("Concat", [x, activation(w, x, simple=True)], [2 * c], axis=w.axis(1, 2))
    return w.raw("Add", [x, activation(w, linear(w, x, c))], x.shape)


def head(w: Writer, x: Value) -> Value:
    """The logits, [k]."""
    k = w.choice.choice([2, 3, 5, 7, 10])
    if w.chance(0.12):  # as SqueezeNet
        y = conv(w, x, k, One(x), groups=1)
        if w.chance(0.5):
            y = activation(w, y, simple=True)
        y = w.raw("GlobalAveragePool", [y], [k, 1, 1])
        return rows_of(w, y) if w.chance(0.8) else y
    x = pooled_row(w, x)
    for _ in range(w.choice.choice([0, 0, 1, 2])):
        x = linear(w, x, w.choice.choice([8, 12, 20]))
        if w.chance(0.8):
            x = row_block(w, x)
    x = linear(w, x, k)
    return w.alias(x) if w.chance(0.1) else x


def outputs(w: Writer, logits: Value, features: Value):
    """The graph's output: logits or their softmax, now and then with more behind it."""
    first = logits
    if w.chance(0.3):
        axes = [1] if w.opset < 13 else [1, -1] if logits.rank == 2 else [1]
        first = w.op(w.choice.choice(["Softmax", "Softmax", "LogSoftmax"]), [logits], logits.shape, axis=w.choice.choice(axes))
    names = [first]
    if w.chance(0.1):
        names.append(features)
    if w.chance(0.05) and first is not logits:
        names.append(logits)
    if w.chance(0.03) and logits.rank == 2:
        label = Value(w.compute("ArgMax", [first.name], axis=1), [1])
        names.insert(w.choice.choice([0, len(names)]), label)
    return names


def ordered(w: Writer, nodes):
    """The nodes in another valid order, or in none."""
    if not w.chance(0.15):
        return nodes
    if w.chance(0.1):
        return w.choice.sample(nodes, len(nodes))
    made, left, order = {o for n in nodes for o in n.output}, list(nodes), []
    while left:
        ready = [n for n in left if not any(i in made for i in n.input)]
        node = w.choice.choice(ready)
        order.append(node)
        left.remove(node)
        made -= set(node.output)
    return order


def generate(seed: int, skip=frozenset()):
    """The model, images for it [n c h w] or [n h w c], the name of its logits, and a list of (file, array) beside it."""
    choice = random.Random(seed)
    w = Writer(choice, np.random.default_rng(seed), choice.randint(LEAST_OPSET, GREATEST_OPSET))
    w.batch = choice.choice(["n", "n", "n", 1, 3])
    c, h, width = choice.choice([1, 3, 3, 3, 4]), choice.randint(5, 17), choice.randint(5, 17)
    last = choice.random() < 0.12
    image = Value(choice.choice(["image", "input.1", "data", "x:0"]), (h, width, c) if last else (c, h, width))
    x = w.transpose(image, [0, 3, 1, 2]) if last else image
    if not last and choice.random() < 0.1:
        x = arithmetic(w, x)
    features = conv(w, x, groups=1) if choice.random() < 0.9 else x
    features = trunk(w, features, skip)
    logits = head(w, features)
    made = outputs(w, logits, features)

    ir = choice.choice([3] if w.opset <= 8 and choice.random() < 0.5 else [4, 6, 8])
    dims = [w.batch if w.batch != "n" else choice.choice(["n", "batch_size", None]), *image.shape]
    inputs = [helper.make_tensor_value_info(image.name, TensorProto.FLOAT, dims)]
    if ir == 3:  # has initializers among the inputs
        inputs += [helper.make_tensor_value_info(t.name, t.data_type, list(t.dims)) for t in w.initializers]
    tensors = list(w.initializers)
    for i, (name, array) in enumerate(w.external):
        tensors.append(external(name, array, w.external[:i]))
    kinds = {o: TensorProto.INT64 for n in w.nodes if n.op_type == "ArgMax" for o in n.output}
    infos = [helper.make_tensor_value_info(v.name, kinds.get(v.name, TensorProto.FLOAT), None) for v in made]
    graph = helper.make_graph(ordered(w, w.nodes), "g", inputs, infos, tensors, sparse_initializer=w.sparse)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", w.opset)], ir_version=ir)
    n = 3
    images = w.normal(n, *image.shape, scale=1.0)
    return model, images, logits.name, b"".join(a.tobytes() for _, a in w.external)


DATA_FILE = "weights.bin"


def external(name, array, before):
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=array.shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", DATA_FILE), ("offset", sum(a.nbytes for _, a in before)), ("length", array.nbytes)):
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def write(model, data: bytes, folder: pathlib.Path) -> pathlib.Path:
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    if data:
        (folder / DATA_FILE).write_bytes(data)
    return path


def text(model) -> str:
    """The nodes, a line each."""
    shapes = {t.name: list(t.dims) for t in model.graph.initializer}
    dims = [d.dim_value or d.dim_param for d in model.graph.input[0].type.tensor_type.shape.dim]
    lines = [f"operator set {model.opset_import[0].version}, input {dims}"]
    for node in model.graph.node:
        inputs = ", ".join(i + (f" {shapes[i]}" if i in shapes else "") for i in node.input)
        attributes = " ".join(f"{a.name}={helper.get_attribute_value(a)}" for a in node.attribute
                              if a.type != onnx.AttributeProto.TENSOR)
        lines.append(f"{', '.join(node.output)} = {node.op_type}({inputs}) {attributes}")
    return "\n".join(lines) + "\n"
