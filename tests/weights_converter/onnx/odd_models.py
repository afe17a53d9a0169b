# SPDX-License-Identifier: Apache-2.0
"""Unusual models: computed or sparse weights, unused outputs, nodes in any order."""
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

from modules import N, C, H, W, K

node = helper.make_node
SHAPE = ("n", C, H, W)


def i8(*values) -> np.ndarray:
    return np.array(values, np.int64)


def computed_weights(out, image, w, wt) -> None:
    """Weight standardisation (NF-ResNet), weight norm, a scale by hand, low rank: as exporters that fold nothing leave them."""
    end = [node("GlobalAveragePool", ["t"], ["g"]), node("Flatten", ["g"], ["f"]), node("MatMul", ["f", "wt"], ["y"])]
    finish = lambda t: t.mean((2, 3)) @ wt
    gain, eps = torch.rand(4, 1, 1, 1) + 0.5, 1e-5
    mean, var = w.mean((1, 2, 3), keepdim=True), w.var((1, 2, 3), unbiased=False, keepdim=True)
    standardised = (w - mean) / torch.sqrt(var + eps) * gain
    constants = {"w": w.numpy(), "wt": wt.numpy(), "gain": gain.numpy(), "eps": np.float32(eps), "two": np.float32(2)}
    for opset in (13, 17):
        out.by_hand(f"weight_standardisation_{opset}", [
            node("ReduceMean", ["w"], ["m"], axes=[1, 2, 3], keepdims=1), node("Sub", ["w", "m"], ["d"]), node("Pow", ["d", "two"], ["s"]),
            node("ReduceMean", ["s"], ["v"], axes=[1, 2, 3], keepdims=1), node("Add", ["v", "eps"], ["e"]), node("Sqrt", ["e"], ["r"]),
            node("Div", ["d", "r"], ["q"]), node("Mul", ["q", "gain"], ["k"]), node("Conv", ["x", "k"], ["t"])] + end,
            constants, image, finish(F.conv2d(image, standardised)), SHAPE, opset)
    norm = w / w.flatten(1).norm(dim=1).view(4, 1, 1, 1) * gain
    out.by_hand("weight_norm", [
        node("Flatten", ["w"], ["flat"]), node("ReduceL2", ["flat"], ["l"], axes=[1], keepdims=0), node("Reshape", ["l", "column"], ["l4"]),
        node("Div", ["w", "l4"], ["q"]), node("Mul", ["gain", "q"], ["k"]), node("Conv", ["x", "k"], ["t"])] + end,
        {**constants, "column": i8(-1, 1, 1, 1)}, image, finish(F.conv2d(image, norm)), SHAPE)
    low = torch.randn(4, 2), torch.randn(2, K)
    out.by_hand("low_rank", [node("Conv", ["x", "w"], ["t"]), node("MatMul", ["a", "b"], ["wt"])] + end,
                {"w": w.numpy(), "a": low[0].numpy(), "b": low[1].numpy()}, image, F.conv2d(image, w).mean((2, 3)) @ (low[0] @ low[1]), SHAPE)
    fill = numpy_helper.from_array(np.array([0.25], np.float32))
    out.by_hand("weights_of_one_number", [node("ConstantOfShape", ["dims"], ["w"], value=fill), node("Conv", ["x", "w"], ["t"])] + end,
                {"dims": i8(4, C, 3, 3), "wt": wt.numpy()}, image, finish(F.conv2d(image, torch.full((4, C, 3, 3), 0.25))), SHAPE)


def unread_outputs(out, image, w, wt) -> None:
    constants = {"w": w.numpy(), "wt": wt.numpy(), "s": np.ones(4, np.float32), "b": np.zeros(4, np.float32)}
    c = F.conv2d(image, w)
    end = [node("GlobalAveragePool", ["t"], ["g"]), node("Flatten", ["g"], ["f"]), node("MatMul", ["f", "wt"], ["y"])]
    conv = [node("Conv", ["x", "w"], ["c"])]
    out.by_hand("unread_mask", conv + [node("Dropout", ["c"], ["t", "mask"])] + end, constants, image, c.mean((2, 3)) @ wt, SHAPE, 9)
    out.by_hand("unread_indices", conv + [node("MaxPool", ["c"], ["t", "indices"], kernel_shape=[2, 2])] + end, constants, image,
                F.max_pool2d(c, 2, 1).mean((2, 3)) @ wt, SHAPE)
    out.by_hand("unread_mean", conv + [node("GlobalAveragePool", ["c"], ["g"]), node("Flatten", ["g"], ["f"]),
                                       node("LayerNormalization", ["f", "s", "b"], ["l", "mean", "spread"]), node("MatMul", ["l", "wt"], ["y"])],
                constants, image, F.layer_norm(c.mean((2, 3)), (4,)) @ wt, SHAPE, 17)
    # An operator and a type that fxe does not know, for an output that is not asked for.
    nodes = conv + [node("Identity", ["c"], ["t"])] + end + [node("NonZero", ["c"], ["z"]), node("Add", ["z", "text"], ["z2"])]
    out.by_hand("unread_branch", nodes, {**constants, "text": helper.make_tensor("text", TensorProto.STRING, [1], [b"a"])}, image,
                c.mean((2, 3)) @ wt, SHAPE)
    out.refuse("read_mask", "node 'd' (Dropout): its output 1 'mask' is read; fxe computes the first only",
               conv + [node("Dropout", ["c"], ["t", "mask"], name="d"), node("Cast", ["mask"], ["m"], to=1), node("Add", ["t", "m"], ["y"])], constants)
    out.refuse("training_statistics", "before operator set 14 means training mode",
               conv + [node("BatchNormalization", ["c", "s", "b", "b", "s"], ["y", "mean", "var", "m", "v"])], constants, opset=9)


def any_order(out, image, w, wt) -> None:
    constants = {"w": w.numpy(), "wt": wt.numpy(), "half": np.float32(0.5)}
    c = F.relu(F.conv2d(image, w))
    nodes = [node("MatMul", ["f", "wt2"], ["y"]), node("Add", ["r", "c"], ["t"]), node("GlobalAveragePool", ["t"], ["g"]),
             node("Mul", ["wt", "half"], ["wt2"]), node("Relu", ["c"], ["r"]), node("Flatten", ["g"], ["f"]), node("Conv", ["x", "w"], ["c"])]
    out.by_hand("any_order", nodes, constants, image, (c + F.conv2d(image, w)).mean((2, 3)) @ (wt / 2), SHAPE)
    out.refuse("circle", "its nodes read each other's outputs in a circle: node 'a' (Relu), node 'c' (Add), node 'b' (Relu)",
               [node("Relu", ["c"], ["a"]), node("Relu", ["a"], ["b"]), node("Add", ["b", "x"], ["c"]), node("Relu", ["b"], ["y"])])
    out.refuse("nowhere", "reads 'no', which is no input, no weight and no node's output", [node("Add", ["x", "no"], ["y"])])


def sparse(out, image, w, wt) -> None:
    """Both forms of indices, of floats and of integers (the target of a reshape)."""
    end = [node("GlobalAveragePool", ["t"], ["g"]), node("Reshape", ["g", "rows"], ["f"]), node("MatMul", ["f", "wt"], ["y"])]
    thin = w * (torch.rand_like(w) < 0.3)
    flat, dims = thin.flatten(), list(thin.shape)

    def tensor(name, values, indices, shape):
        part = lambda v, n: numpy_helper.from_array(v, n)
        return helper.make_sparse_tensor(part(values, name), part(indices.astype(np.int64), ""), shape)

    rows = tensor("rows", i8(-1), i8(1), [2])  # [0, -1]
    linear = flat.nonzero().numpy()[:, 0]
    places = np.argwhere(thin.numpy() != 0)
    values = flat.numpy()[linear]
    for name, indices in (("linear", linear), ("coordinates", places)):
        model = out.model([node("Conv", ["x", "w"], ["t"])] + end, {"wt": wt.numpy()}, SHAPE, 13)
        model.graph.sparse_initializer.extend([tensor("w", values, indices, dims), rows])
        onnx.save(model, str(out.path / f"sparse_{name}.onnx"))
        out.expect(f"sparse_{name}", image, F.conv2d(image, thin).mean((2, 3)) @ wt)
    model = out.model([node("Constant", [], ["w"], sparse_value=tensor("", values, linear, dims)), node("Conv", ["x", "w"], ["t"])] + end,
                      {"wt": wt.numpy(), "rows": i8(0, -1)}, SHAPE, 13)
    onnx.save(model, str(out.path / "sparse_constant.onnx"))
    out.expect("sparse_constant", image, F.conv2d(image, thin).mean((2, 3)) @ wt)
    one = np.ones(1, np.float32)
    for name, text, values, indices, shape in (
            ("past_the_end", "has an index 108 of 108", one, i8(108), dims), ("negative", "has an index -1 of 108", one, i8(-1), dims),
            ("coordinate", "has an index 3 of 3", one, i8(0, 3, 0, 0).reshape(1, 4), dims),
            ("twice", "not in ascending order", np.ones(2, np.float32), i8(5, 5), dims),
            ("values", "has values of shape [1] for 2 indices", one, i8(5, 6), dims),
            ("form", "expected i64 [k] or [k, 4]", one, i8(0, 0, 0).reshape(1, 3), dims),
            ("bomb", "much more than the file is long", one, i8(1), [1 << 30, 4]),
            ("overflow", "much more than the file is long", one, i8(1), [1 << 31, 1 << 31])):
        model = out.model([node("Conv", ["x", "w"], ["y"])], {}, SHAPE, 13)
        model.graph.sparse_initializer.append(tensor("w", values, indices, shape))
        onnx.save(model, str(out.path / f"sparse_{name}.onnx"))
        (out.path / f"sparse_{name}.expected").write_text(text)


def opsets(out, image, w, wt) -> None:
    nodes = [node("Conv", ["x", "w"], ["c"]), node("MaxPool", ["c"], ["t"], kernel_shape=[2, 2]), node("GlobalAveragePool", ["t"], ["g"]),
             node("Flatten", ["g"], ["f"]), node("MatMul", ["f", "wt"], ["y"])]
    constants = {"w": w.numpy(), "wt": wt.numpy()}
    for opset in (22, 28, 1000):
        out.by_hand(f"opset_{opset}", nodes, constants, image, F.max_pool2d(F.conv2d(image, w), 2, 1).mean((2, 3)) @ wt, SHAPE, opset)
    out.refuse("opset_1001", "operators that fxe does not have: NewPool ('c'); the model uses operator set 1001, fxe knows 7 to 28: "
               "export it with one of these", [node("NewPool", ["x"], ["c"]), node("Flatten", ["c"], ["y"])], opset=1001)


def means(out, image, w, wt) -> None:
    """x.mean(3).mean(2) and its like; torch.export's as_strided, which changes nothing, with a batch that is fixed or open."""
    constants = {"w": w.numpy(), "wt": wt.numpy(), "one": i8(1), "zero": i8(0).reshape(()), "step": i8(1).reshape(())}
    c = F.conv2d(image, w)
    conv, end = [node("Conv", ["x", "w"], ["c"])], [node("MatMul", ["m", "wt"], ["y"])]
    logits = c.mean((2, 3)) @ wt
    mean = lambda x, y, axis, keep: node("ReduceMean", [x], [y], axes=[axis], keepdims=keep)
    out.by_hand("mean_w_h", conv + [mean("c", "a", 3, 0), mean("a", "m", 2, 0)] + end, constants, image, logits, SHAPE)
    out.by_hand("mean_h_w", conv + [mean("c", "a", -2, 0), mean("a", "m", -1, 0)] + end, constants, image, logits, SHAPE)
    out.by_hand("mean_w_h_kept", conv + [mean("c", "a", 3, 1), mean("a", "b", 2, 1), node("Flatten", ["b"], ["m"])] + end, constants,
                image, logits, SHAPE)
    out.by_hand("mean_w_h_last", conv + [node("Transpose", ["c"], ["l"], perm=[0, 2, 3, 1]), mean("l", "a", 2, 0), mean("a", "m", 1, 0)] + end,
                constants, image, logits, SHAPE)
    out.by_hand("mean_of_lines", conv + [mean("c", "a", 3, 1), node("Relu", ["a"], ["r"]), node("GlobalMaxPool", ["r"], ["g"]),
                                         node("Flatten", ["g"], ["m"])] + end, constants, image, F.relu(c.mean(3)).amax(2) @ wt, SHAPE)
    out.refuse("relu_of_lines", "works on images that lost an axis", conv + [mean("c", "a", 3, 0), node("Relu", ["a"], ["y"])], constants)
    out.refuse("lines_as_logits", "expected logits", conv + [mean("c", "y", 3, 0)], constants)

    pool = conv + [node("ReduceMean", ["c"], ["g"], axes=[2, 3], keepdims=1), node("Reshape", ["g", "row"], ["flat"])]
    take = [node("Gather", ["flat", "index"], ["s"]), node("Flatten", ["s"], ["m"])]
    constants["row"] = i8(-1)
    fixed, positions = (N, C, H, W), np.arange(N * 4).reshape(N, 4, 1, 1)
    out.by_hand("strided_fixed", pool + take + end, {**constants, "index": positions}, image, logits, fixed)
    for name, index, shape in (("order", positions[:, ::-1], fixed), ("batch", positions, SHAPE), ("images", positions[:1], fixed),
                               ("offset", positions + 1, fixed), ("axes", positions.reshape(N, 1, 1, 4), fixed)):
        out.refuse(f"strided_{name}", "in another order; fxe reads this where it changes nothing only", pool + take + end,
                   {**constants, "index": index}, shape)

    def counted(factor, base):
        constants.update(factor=i8(factor).reshape(()), base=np.asarray(base, np.int64).reshape(1, -1, 1, 1), axes=i8(1, 2, 3))
        return pool + [node("Shape", ["x"], ["n"], start=0, end=1), node("Squeeze", ["n"], ["n0"]), node("Range", ["zero", "n0", "step"], ["r"]),
                       node("Mul", ["r", "factor"], ["r1"]), node("Unsqueeze", ["r1", "axes"], ["r2"]), node("Add", ["r2", "base"], ["index"])]

    out.by_hand("strided_open", counted(4, range(4)) + take + end, dict(constants), image, logits, SHAPE, 15)
    out.refuse("strided_twice", "in another order", counted(8, range(4)) + take + end, dict(constants), opset=15)
    out.refuse("strided_open_order", "in another order", counted(4, [0, 2, 1, 3]) + take + end, dict(constants), opset=15)
    out.refuse("counted_images", "counts the images of a batch", counted(4, range(4)) + [node("Sub", ["index", "base"], ["i"]), node("Add", ["c", "i"], ["y"])],
               dict(constants), opset=15)
    out.refuse("one_row", "works on all elements in one row", pool + [node("Relu", ["flat"], ["y"])], constants)


def inputs(out, image, w, wt) -> None:
    """Bytes, [n h w c], prepared by the model itself; height and width left open."""
    constants = {"w": w.numpy(), "wt": wt.numpy(), "mean": np.array([100, 110, 120], np.float32), "std": np.array([50, 60, 70], np.float32)}
    end = [node("Conv", ["x1", "w"], ["t"]), node("GlobalAveragePool", ["t"], ["g"]), node("Flatten", ["g"], ["f"]), node("MatMul", ["f", "wt"], ["y"])]
    prepare = lambda to: [node("Sub", ["f32", "mean"], ["d"]), node("Div", ["d", "std"], [to])]
    pixels = torch.randint(0, 256, image.shape).float()
    column = lambda name: torch.tensor(constants[name]).view(1, 3, 1, 1)
    logits = F.conv2d((pixels - column("mean")) / column("std"), w).mean((2, 3)) @ wt
    first = [node("Cast", ["x"], ["f32"], to=1)] + prepare("q") + [node("Transpose", ["q"], ["x1"], perm=[0, 3, 1, 2])]
    last = [node("Transpose", ["x"], ["p"], perm=[0, 3, 1, 2]), node("Cast", ["p"], ["f32"], to=1)] + prepare("x1")
    planes = {**constants, "mean": column("mean").numpy(), "std": column("std").numpy()}

    def of_bytes(name, nodes, values, shape, expected=None):
        model = out.model(nodes, values, shape, 13)
        model.graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8
        onnx.save(model, str(out.path / f"{name}.onnx"))
        if expected:
            (out.path / f"{name}.expected").write_text(expected)
        else:
            out.expect(name, pixels, logits)

    of_bytes("bytes_cast_first", first + end, constants, ("n", H, W, C))
    of_bytes("bytes_cast_last", last + end, planes, ("n", H, W, C))
    of_bytes("bytes_planes", [node("Cast", ["x"], ["f32"], to=1)] + last[2:] + end, planes, SHAPE)
    of_bytes("bytes_not_cast", [node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2])], {}, SHAPE, "works on pixels as integers")
    for name, shape in (("open_size", ("n", "h", "w", C)), ("fixed_size", ("n", H, W, C))):
        model = out.model([node("Transpose", ["x"], ["x1"], perm=[0, 3, 1, 2])] + end, constants, shape, 13)
        onnx.save(model, str(out.path / f"{name}.onnx"))


def outputs(out, image, w, wt) -> None:
    constants = {"w": w.numpy(), "wt": wt.numpy()}
    nodes = [node("Conv", ["x", "w"], ["t"]), node("GlobalAveragePool", ["t"], ["g"]), node("Flatten", ["g"], ["f"]), node("MatMul", ["f", "wt"], ["l"]),
             node("ArgMax", ["l"], ["best"], axis=1, keepdims=0, name="a"), node("Softmax", ["l"], ["y"], axis=1)]
    onnx.save(out.model(nodes, constants, SHAPE, 13, outputs=("best", "y")), str(out.path / "outputs.onnx"))
    out.expect("outputs", image, F.conv2d(image, w).mean((2, 3)) @ wt)
    out.refuse("outputs_all", "operators that fxe does not have: ArgMax ('a')", nodes[:-1], constants, outputs=("best", "best"))


def half(out, image, w, wt) -> None:
    """As a converter to fp16 leaves it: floats at both ends, Casts at the end of the list."""
    w16, wt16 = w.half(), wt.half()
    nodes = [node("Conv", ["h", "w"], ["c"]), node("Mul", ["c", "two"], ["t"]), node("GlobalAveragePool", ["t"], ["g"]), node("Flatten", ["g"], ["f"]),
             node("MatMul", ["f", "wt"], ["z"]), node("Cast", ["x"], ["h"], to=10), node("Cast", ["z"], ["y"], to=1)]
    out.by_hand("half_unsorted", nodes, {"w": w16.numpy(), "wt": wt16.numpy(), "two": np.float16(2)}, image,
                2 * F.conv2d(image, w16.float()).mean((2, 3)) @ wt16.float(), SHAPE)


def odd_models(out) -> None:
    torch.manual_seed(7)
    image, w, wt = torch.randn(N, C, H, W), torch.randn(4, C, 3, 3), torch.randn(4, K)
    for group in (computed_weights, unread_outputs, any_order, sparse, opsets, means, inputs, outputs, half):
        group(out, image, w, wt)
