# SPDX-License-Identifier: Apache-2.0
"""The forms in which exporters other than PyTorch's first write networks, in small graphs of our own: the operators, the order
and the spelling, not their files. Used by make_files.py."""
import numpy as np
import torch
import torch.nn.functional as F
from onnx import helper

from modules import N, C, H, W, K


def step(op, *names, **more):
    return helper.make_node(op, list(names[:-1]), [names[-1]], **more)


def ints(*values):
    return np.array(values, np.int64)


def arrays(constants):
    return {name: value.numpy() if isinstance(value, torch.Tensor) else value for name, value in constants.items()}


def weights(seed):
    torch.manual_seed(seed)
    return {"w": torch.randn(8, C, 3, 3) * 0.4, "b": torch.randn(8), "dw": torch.randn(8, 1, 3, 3), "fc": torch.randn(K, 8),
            "fb": torch.randn(K), "scale": torch.rand(8) + 0.5, "shift": torch.randn(8), "mean": torch.randn(8),
            "var": torch.rand(8) + 0.5, "down": torch.randn(4, 8, 1, 1) * 0.3, "up": torch.randn(8, 4, 1, 1) * 0.3,
            "expand": torch.randn(8, 16) * 0.3, "project": torch.randn(16, 8) * 0.3, "wide": torch.randn(16)}


def opsets_18_to_21(out):
    """Attributes that had become inputs, or had changed their meaning, by then."""
    w = weights(18)
    image = torch.randn(N, C, H, W)
    c = F.pad(image, (1, 0, 2, 1))
    c = F.batch_norm(F.conv2d(c, w["w"], w["b"]), w["mean"], w["var"], w["scale"], w["shift"], eps=1e-3)
    c = c.clamp(-0.5, 1.5)
    u, v, t = c[:, :3], c[:, 3:6], c[:, 6:]
    joined = torch.cat([t, u, v], 1)
    gate = torch.sigmoid(joined.mean((2, 3), keepdim=True))
    joined = F.avg_pool2d(joined * gate, 2, 2)
    expected = joined.mean((2, 3)) @ w["fc"].T + w["fb"]
    constants = {**w, "pads": ints(2, 1, 1, 0), "hw": ints(2, 3), "zero": np.float32(0), "low": np.float32(-0.5),
                 "high": np.float32(1.5), "ratio": np.float32(0.3), "off": np.bool_(False), "last": ints(-2, -1)}
    nodes = [step("Pad", "x", "pads", "zero", "hw", "p"), step("Conv", "p", "w", "b", "c"),
             step("BatchNormalization", "c", "scale", "shift", "mean", "var", "n", epsilon=1e-3),
             step("Clip", "n", "low", "high", "k"), helper.make_node("Split", ["k"], ["u", "v", "t"], axis=1, num_outputs=3),
             step("Concat", "t", "u", "v", "j", axis=1), step("ReduceMean", "j", "last", "m", keepdims=0, noop_with_empty_axes=0),
             step("Unsqueeze", "m", "hw", "m4"), step("Sigmoid", "m4", "g"), step("Mul", "g", "j", "q"),
             step("AveragePool", "q", "a", kernel_shape=[2, 2], strides=[2, 2], dilations=[1, 1]),
             step("ReduceMean", "a", "hw", "r"), step("Squeeze", "r", "hw", "f"), step("Dropout", "f", "ratio", "off", "d"),
             step("Gemm", "d", "fc", "fb", "y", transB=1)]
    for opset in (18, 19, 20, 21):
        out.by_hand(f"opset_{opset}", nodes, arrays(constants), image, expected, ("n", C, H, W), opset)


def opsets_7_and_8(out):
    """Values that were attributes then."""
    w = weights(7)
    image = torch.randn(N, C, H, W)
    c = F.conv2d(F.pad(image, (1, 0, 2, 1)), w["w"], w["b"])
    c = F.batch_norm(c, w["mean"], w["var"], w["scale"], w["shift"], eps=1e-3).clamp(-0.5, 1.5)
    u = torch.cat([c[:, 5:], c[:, :5]], 1)
    p = F.avg_pool2d(F.max_pool2d(u, 3, 2, 1), 2, 1, 1, count_include_pad=True)
    expected = p.mean((2, 3)) @ w["fc"].T + w["fb"]
    nodes = [step("Pad", "x", "p", mode="constant", pads=[0, 0, 2, 1, 0, 0, 1, 0], value=0.0), step("Conv", "p", "w", "b", "c"),
             step("BatchNormalization", "c", "scale", "shift", "mean", "var", "n", epsilon=1e-3, momentum=0.9),
             step("Clip", "n", "k", min=-0.5, max=1.5), helper.make_node("Split", ["k"], ["u", "v"], axis=1, split=[5, 3]),
             step("Concat", "v", "u", "j", axis=1), step("MaxPool", "j", "q", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4),
             step("AveragePool", "q", "a", kernel_shape=[2, 2], pads=[1] * 4, count_include_pad=1),
             step("ReduceMean", "a", "r", axes=[2, 3], keepdims=1), step("Squeeze", "r", "f", axes=[2, 3]),
             step("Dropout", "f", "d", ratio=0.3), step("Gemm", "d", "fc", "fb", "y", transB=1)]
    for opset in (7, 8):
        out.by_hand(f"opset_{opset}", nodes, arrays(w), image, expected, ("n", C, H, W), opset)


def torch_export(out):
    """PyTorch 2's exporter (dynamo=True): separate operators for functions, axes and sizes as inputs, Reshape with
    allowzero, sizes of a dynamic batch from Shape and Concat, one tensor under the name of another that is equal."""
    w = weights(2)
    image = torch.randn(N, C, H, W)
    relu6_sixth = np.float32(1 / 6)
    c = F.hardswish(F.conv2d(image, w["w"], w["b"], padding=1))
    squeezed = F.relu(F.conv2d(c.mean((2, 3), keepdim=True), w["down"]))
    c = c * F.hardsigmoid(F.conv2d(squeezed, w["up"], w["b"]))
    shuffled = c.reshape(N, 2, 4, H, W).transpose(1, 2).reshape(N, 8, H, W)
    a, b = shuffled[:, :4], shuffled[:, 4:]
    c = torch.cat([b, a], 1)
    last = F.layer_norm(F.conv2d(c, w["dw"], groups=8).permute(0, 2, 3, 1), (8,), w["scale"], w["b"], 0.2)
    constants = {**w, "hw": ints(-1, -2), "groups": ints(2, 4, H, W), "whole": ints(-1, 8, H, W), "halves": ints(4, 4),
                 "rows": ints(-1, 8), "layer_scale": w["scale"].reshape(8, 1, 1)}
    shapes = [step("Shape", "x", "n1", start=0, end=1), step("Concat", "n1", "groups", "split", axis=0)]
    nodes = shapes + [
        step("Conv", "x", "w", "b", "c0", pads=[1] * 4, auto_pad="NOTSET", dilations=[1, 1], group=1, kernel_shape=[3, 3],
             strides=[1, 1]),
        step("HardSwish", "c0", "c1"), step("ReduceMean", "c1", "hw", "m", keepdims=1, noop_with_empty_axes=0),
        step("Conv", "m", "down", "s0"), step("Relu", "s0", "s1"), step("Conv", "s1", "up", "b", "s2"),
        step("HardSigmoid", "s2", "s3", alpha=float(relu6_sixth), beta=0.5), step("Mul", "s3", "c1", "c2"),
        step("Reshape", "c2", "split", "v0", allowzero=1), step("Transpose", "v0", "v1", perm=[0, 2, 1, 3, 4]),
        step("Reshape", "v1", "whole", "v2", allowzero=1), helper.make_node("Split", ["v2", "halves"], ["h0", "h1"], axis=1),
        step("Concat", "h1", "h0", "c3", axis=1), step("Conv", "c3", "dw", "d0", group=8),
        step("Transpose", "d0", "d1", perm=[0, 2, 3, 1]),
        step("LayerNormalization", "d1", "scale", "b", "d2", axis=-1, epsilon=0.2, stash_type=1)]
    tail = [step("ReduceMean", "t", "hw", "r", keepdims=1, noop_with_empty_axes=0), step("Reshape", "r", "rows", "f", allowzero=1),
            step("Gemm", "f", "fc", "fb", "y", transB=1, alpha=1.0, beta=1.0)]
    block = [step("MatMul", "d2", "expand", "e0"), step("Add", "e0", "wide", "e1"), step("Gelu", "e1", "e2", approximate="none"),
             step("MatMul", "e2", "project", "e3"), step("Add", "e3", "b", "e4"), step("Transpose", "e4", "e5", perm=[0, 3, 1, 2]),
             step("Mul", "layer_scale", "e5", "e6"), step("Add", "e6", "d0", "t")]
    y = F.gelu(last @ w["expand"] + w["wide"]) @ w["project"] + w["b"]
    t = w["scale"].view(8, 1, 1) * y.permute(0, 3, 1, 2) + F.conv2d(c, w["dw"], groups=8)
    out.by_hand("torch_export_20", nodes + block + tail, arrays(constants), image,
                t.mean((2, 3)) @ w["fc"].T + w["fb"], ("n", C, H, W), 20)
    back = [step("Transpose", "d2", "t", perm=[0, 3, 1, 2])]
    out.by_hand("torch_export_18", nodes + back + tail, arrays(constants), image,
                last.mean((1, 2)) @ w["fc"].T + w["fb"], ("n", C, H, W), 18)


def keras(out):
    """TensorFlow's converter: the input [n h w c], arithmetic there before the first Transpose, asymmetric Pads, ReLU6 by
    Clip, hard swish on [n h w c] between convolutions, the mean kept and then reshaped, Softmax at the end."""
    w = weights(3)
    image = torch.randn(N, C, H, W) * 50
    f32 = np.float32
    x = F.pad(image * f32(1 / 127.5) - 1, (0, 1, 0, 1))
    c = F.batch_norm(F.conv2d(x, w["w"], stride=2), w["mean"], w["var"], w["scale"], w["shift"], eps=1e-3)
    c = F.relu6(c)
    c = F.hardswish(F.conv2d(c, w["dw"], padding=1, groups=8) + w["b"].view(8, 1, 1))
    squeezed = F.relu(F.conv2d(c.mean((2, 3), keepdim=True), w["down"]))
    c = c * F.hardsigmoid(F.conv2d(squeezed, w["up"], w["b"]))
    expected = c.mean((2, 3)) @ w["fc"].T + w["fb"]
    constants = {**w, "rescale": f32(1 / 127.5), "minus": f32([-1]), "three": f32(3), "zero": f32(0), "six": f32(6), "sixth": f32(1 / 6),
                 "bias4": w["b"].reshape(1, 1, 1, 8), "pads": ints(0, 0, 0, 0, 0, 0, 1, 1), "hw": ints(1, 2), "rows": ints(-1, 8),
                 "matrix": w["fc"].T.contiguous(), "last": ints(1, 1, 1, -1)}
    to_first, to_last = {"perm": [0, 3, 1, 2]}, {"perm": [0, 2, 3, 1]}
    nodes = [step("Mul", "x", "rescale", "x1"), step("Add", "x1", "minus", "x2"), step("Transpose", "x2", "x3", **to_first),
             step("Pad", "x3", "pads", "p"), step("Conv", "p", "w", "c0", strides=[2, 2], kernel_shape=[3, 3]),
             step("BatchNormalization", "c0", "scale", "shift", "mean", "var", "c1", epsilon=1e-3),
             step("Clip", "c1", "zero", "six", "c2"), step("Conv", "c2", "dw", "d0", group=8, auto_pad="SAME_UPPER"),
             step("Transpose", "d0", "d1", **to_last), step("Add", "d1", "bias4", "d2"), step("Add", "d2", "three", "d3"),
             step("Clip", "d3", "zero", "six", "d4"), step("Mul", "d4", "sixth", "d5"), step("Mul", "d2", "d5", "d6")]
    for opset in (13, 18):
        mean = lambda a, b, **how: (step("ReduceMean", a, b, axes=[1, 2], **how) if opset < 18 else
                                    step("ReduceMean", a, "hw", b, **how))
        gate = [mean("d6", "m0", keepdims=1), step("Transpose", "m0", "m1", **to_first), step("Conv", "m1", "down", "s0"),
                step("Relu", "s0", "s1"), step("Conv", "s1", "up", "b", "s2"), step("Transpose", "s2", "s3", **to_last),
                step("Add", "s3", "three", "s4"), step("Clip", "s4", "zero", "six", "s5"), step("Mul", "s5", "sixth", "s6"),
                step("Mul", "d6", "s6", "e")]
        kept = [mean("e", "r", keepdims=1), step("Reshape", "r", "rows", "f")]
        dropped = [mean("e", "f", keepdims=0)]
        squeezed = [mean("e", "r", keepdims=1), step("Squeeze", "r", "hw", "f")]
        tail = [step("MatMul", "f", "matrix", "z0"), step("Add", "z0", "fb", "z1"), step("Softmax", "z1", "y", axis=-1)]
        for name, rows in (("kept", kept), ("dropped", dropped), ("squeezed", squeezed)):
            out.by_hand(f"keras_{name}_{opset}", nodes + gate + rows + tail, arrays(constants), image, expected, ("n", H, W, C), opset)


def paddle(out):
    """PaddlePaddle's converter: constants as nodes, BatchNorm kept, the rows' shape from Shape, Slice and Concat, MatMul and
    Add for a linear layer."""
    w = weights(4)
    image = torch.randn(N, C, H, W)
    c = F.batch_norm(F.conv2d(image, w["w"], stride=2, padding=1), w["mean"], w["var"], w["scale"], w["shift"], eps=1e-5)
    c = F.max_pool2d(F.hardswish(c), 2, 2)
    expected = F.adaptive_avg_pool2d(c, 1).flatten(1) @ w["fc"].T + w["fb"]
    constant = lambda name, value: helper.make_node("Constant", [], [name], value=helper.make_tensor(
        name, 7 if value.dtype == np.int64 else 1, value.shape, value.flatten().tolist()))
    named = {"w": w["w"].numpy(), "scale": w["scale"].numpy(), "shift": w["shift"].numpy(), "mean": w["mean"].numpy(),
             "var": w["var"].numpy(), "matrix": w["fc"].T.contiguous().numpy(), "fb": w["fb"].numpy(), "zero": ints(0), "one": ints(1),
             "rest": ints(-1)}
    nodes = [constant(name, value) for name, value in named.items()] + [
        step("Conv", "x", "w", "c0", pads=[1] * 4, strides=[2, 2], kernel_shape=[3, 3], dilations=[1, 1], group=1),
        step("BatchNormalization", "c0", "scale", "shift", "mean", "var", "c1", epsilon=1e-5, momentum=0.9),
        step("HardSigmoid", "c1", "h", alpha=1 / 6, beta=0.5), step("Mul", "c1", "h", "c2"),
        step("MaxPool", "c2", "p", kernel_shape=[2, 2], strides=[2, 2], pads=[0] * 4),
        step("GlobalAveragePool", "p", "g"), step("Shape", "g", "shape"), step("Slice", "shape", "zero", "one", "n"),
        step("Concat", "n", "rest", "rows", axis=0), step("Reshape", "g", "rows", "f"), step("MatMul", "f", "matrix", "z"),
        step("Add", "z", "fb", "y")]
    for opset in (11, 13):
        out.by_hand(f"paddle_{opset}", nodes, {}, image, expected, ("n", C, H, W), opset)


def one_channel_at_a_time(out):
    """torchvision's transform_input of GoogLeNet and Inception v3, from both of PyTorch's exporters; the same of stacked
    channels, of slices, in another order; channels taken in steps, and by many indices at once."""
    w = weights(5)
    image = torch.randn(N, C, H, W)
    numbers = {f"{what}{i}": np.float32(v) for what, values in (("s", (0.458, 0.448, 0.45)), ("t", (-0.03, -0.088, -0.188)))
               for i, v in enumerate(values)}
    constants = {**w, **numbers, **{f"i{i}": np.int64(i) for i in range(C)}, "last": np.int64(-1), "one": ints(1), "three": ints(3), "bgr": ints(2, -2, 0),
                 "end": ints(-2**63), "back": ints(-1), "from": ints(2**31 - 1), "two": ints(2), "zero": ints(0), "rest": ints(2**63 - 1),
                 "whole": ints(-1, 1, H, W)}
    affine = lambda i, x, y: [step("Mul", x, f"s{i}", f"m{i}"), step("Add", f"m{i}", f"t{i}", y)]
    take = lambda i, y, index: step("Gather", "x", index or f"i{i}", y, axis=1)
    each = lambda f: [n for i in range(C) for n in f(i)]
    forms = {
        "first": each(lambda i: [take(i, f"g{i}", ""), step("Unsqueeze", f"g{i}", "one", f"u{i}"), *affine(i, f"u{i}", f"c{i}")]),
        "stacked": each(lambda i: [take(i, f"g{i}", "last" if i == 2 else ""), *affine(i, f"g{i}", f"u{i}"),
                                   step("Unsqueeze", f"u{i}", "one", f"c{i}")]),
        "viewed": each(lambda i: [take(i, f"g{i}", ""), step("Identity", f"g{i}", f"d{i}"), *affine(i, f"d{i}", f"u{i}"),
                                  step("Reshape", f"u{i}", "whole", f"c{i}")])}
    scale, shift = (torch.tensor([numbers[f"{n}{i}"] for i in range(C)]).view(C, 1, 1) for n in "st")
    tail = [step("Conv", "j", "w", "b", "k"), step("ReduceMean", "k", "r", axes=[2, 3], keepdims=0), step("Gemm", "r", "fc", "fb", "y", transB=1)]
    logits = lambda x: F.conv2d(x, w["w"], w["b"]).mean((2, 3)) @ w["fc"].T + w["fb"]
    for name, nodes in forms.items():
        joined = nodes + [step("Concat", "c0", "c1", "c2", "j", axis=1)] + tail
        out.by_hand(f"transform_input_{name}", joined, arrays(constants), image, logits(image * scale + shift), ("n", C, H, W))
    last = [step("Gather", "x", "i1", "g0", axis=3), step("Unsqueeze", "g0", "three", "g1"),
            step("Concat", "g1", "x", "j0", axis=3), step("Transpose", "j0", "j1", perm=[0, 3, 1, 2]), step("Gather", "j1", "bgr", "j", axis=1)]
    out.by_hand("channel_last_taken", last + tail, arrays(constants), image,
                logits(torch.cat([image[:, 1:2], image], 1)[:, [2, 2, 0]]), ("n", H, W, C))
    for name, node, taken in (("index", step("Gather", "x", "bgr", "j", axis=-3), [2, 1, 0]),
                              ("back", step("Slice", "x", "from", "end", "one", "back", "j"), [2, 1, 0])):
        out.by_hand(f"channels_by_{name}", [node] + tail, arrays(constants), image, logits(image[:, taken]), ("n", C, H, W))
    other = [step("Slice", "k", "zero", "rest", "one", "two", "q"), step("ReduceMean", "q", "r", axes=[2, 3], keepdims=0),
             step("Slice", "fc", "zero", "rest", "one", "two", "f"), step("Gemm", "r", "f", "fb", "y", transB=1)]
    c = F.conv2d(image, w["w"], w["b"])
    out.by_hand("channels_in_steps", [step("Conv", "x", "w", "b", "k")] + other, arrays(constants), image,
                c[:, ::2].mean((2, 3)) @ w["fc"][:, ::2].T + w["fb"], ("n", C, H, W))


def reductions(out):
    """Sums and maxima over h and w, at once or one by one, in both layouts."""
    w = weights(6)
    image = torch.randn(N, C, H, W)
    conv = [step("Conv", "x", "w", "b", "k")]
    tail = [step("Gemm", "r", "fc", "fb", "y", transB=1)]
    for op, of in (("ReduceMax", torch.amax), ("ReduceSum", torch.sum)):
        expected = of(F.conv2d(image, w["w"], w["b"]), (2, 3)) @ w["fc"].T + w["fb"]
        for opset in (11, 13, 18):
            listed = opset >= (13 if op == "ReduceSum" else 18)
            over = lambda a, b, axes, **how: (step(op, a, "a" + "".join(map(str, axes)), b, **how) if listed else step(op, a, b, axes=axes, **how))
            constants = arrays({**w, "a23": ints(2, 3), "a2": ints(2), "a3": ints(3), "a12": ints(1, 2), "a1": ints(1)})
            forms = {"at_once": [over("k", "r", [2, 3], keepdims=0)], "kept": [over("k", "q", [2, 3]), step("Flatten", "q", "r")],
                     "one_by_one": [over("k", "q", [3], keepdims=0), over("q", "r", [2], keepdims=0)],
                     "lines_kept": [over("k", "q", [2], keepdims=1), over("q", "p", [3]), step("Flatten", "p", "r")],
                     "last": [step("Transpose", "k", "l", perm=[0, 2, 3, 1]), over("l", "q", [1], keepdims=0), over("q", "r", [1], keepdims=0)]}
            for name, nodes in forms.items():
                out.by_hand(f"{op.lower()}_{name}_{opset}", conv + nodes + tail, constants, image, expected, ("n", C, H, W), opset)


def not_channels(out):
    """Removing one axis leaves no image, and is no mean of one."""
    constants = {"i": np.int64(0), "row": ints(0, 1), "table": ints(0, 1).reshape(1, 2), "far": np.int64(3), "one": ints(1), "column": np.ones((H, 1), np.float32),
                 "w": np.ones((4, C, 3, 3), np.float32)}
    taken = [step("Gather", "x", "i", "g", axis=1)]
    for name, text, nodes in (
            ("rows", "takes parts of images by index", [step("Gather", "x", "row", "y", axis=2)]),
            ("table", "has indices of shape [1, 2]", [step("Gather", "x", "table", "y", axis=1)]),
            ("far", "takes channel 3 of 3", [step("Gather", "x", "far", "y", axis=1)]),
            ("mean", "reduces over h and w of an image only", taken + [step("ReduceMean", "g", "y", axes=[2], keepdims=0)]),
            ("relu", "works on images that lost an axis", taken + [step("Relu", "g", "y")]),
            ("column", "meets an image that lost an axis", taken + [step("Mul", "g", "column", "y")]),
            ("sum", "joins images that lost an axis", taken + [step("Add", "g", "g", "y")]),
            ("gate", "joins images that lost an axis", taken + [step("GlobalAveragePool", "x", "p"), step("Mul", "g", "p", "y")]),
            ("elsewhere", "fxe only restores that axis", taken + [step("Unsqueeze", "g", "two", "y")]),
            ("crop", "cuts out a part", [step("Slice", "x", "one", "three", "two", "y")]),
            ("absolute", "fxe computes this on constants only", [step("ReduceL1", "x", "y", axes=[2, 3], keepdims=0)]),
            ("all", "reduces over h and w of an image only", [step("ReduceMax", "x", "y")]),
            ("channels", "reduces over h and w of an image only", [step("ReduceSum", "x", "one", "y")])):
        out.refuse(f"not_channels_{name}", text, nodes, {**constants, "two": ints(2), "three": ints(3)})


def other_exporters(out):
    one_channel_at_a_time(out)
    reductions(out)
    not_channels(out)
    opsets_7_and_8(out)
    opsets_18_to_21(out)
    torch_export(out)
    keras(out)
    paddle(out)
