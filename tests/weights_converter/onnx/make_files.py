#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes small ONNX models with an input and the logits that PyTorch computes: the peer of peer_test.cpp.

usage: make_files.py FOLDER
Writes NAME.onnx with NAME.input.f32 [n c h w] and NAME.logits.f32 [n k] (raw little-endian fp32), and REFUSED.onnx with
REFUSED.expected, a part of the message that fxe must give.
torch.onnx exports what it can; the rest is written by hand, with the same sums in torch.
"""
import io
import pathlib
import sys

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from exporters import other_exporters
from odd_models import odd_models
from modules import N, C, H, W, K, fill, Branches, View, Mean, Shortcut, Mobile, ConvNext


class Writer:
    def __init__(self, path: str):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)

    def expect(self, name: str, image: torch.Tensor, logits: torch.Tensor) -> None:
        (self.path / f"{name}.input.f32").write_bytes(image.numpy().tobytes())
        (self.path / f"{name}.logits.f32").write_bytes(logits.detach().numpy().tobytes())

    def export(self, name: str, module: nn.Module, opset: int, logits=None, **options) -> None:
        torch.manual_seed(opset)
        module = fill(module)
        image = torch.randn(N, C, H, W)
        buffer = io.BytesIO()
        torch.onnx.export(module, image, buffer, opset_version=opset, input_names=["image"], output_names=["logits"],
                          **options)
        (self.path / f"{name}.onnx").write_bytes(buffer.getvalue())
        self.expect(name, image, logits(module, image) if logits else module(image))

    def model(self, nodes, constants, shape, opset, outputs=("y",), inputs=("x",)) -> onnx.ModelProto:
        graph = helper.make_graph(
            nodes, "g", [helper.make_tensor_value_info(i, TensorProto.FLOAT, shape) for i in inputs],
            [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs],
            [v if isinstance(v, TensorProto) else numpy_helper.from_array(np.asarray(v), k)
             for k, v in constants.items()])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)

    def by_hand(self, name, nodes, constants, image, logits, shape, opset=13) -> None:
        onnx.save(self.model(nodes, constants, shape, opset), str(self.path / f"{name}.onnx"))
        self.expect(name, image, logits)

    def refuse(self, name, text, nodes, constants=None, shape=("n", C, H, W), opset=13, **options) -> None:
        onnx.save(self.model(nodes, constants or {}, shape, opset, **options), str(self.path / f"{name}.onnx"))
        (self.path / f"{name}.expected").write_text(text)


def exported(out: Writer) -> None:
    dynamic = {"dynamic_axes": {"image": {0: "n"}, "logits": {0: "n"}}}
    training_mean = lambda m, x: m.train()(x)  # the logits, without the softmax
    for opset in (7, 8, 9, 10, 11, 13, 15, 17):
        # torch writes GELU, SiLU and the like since 9.
        if opset >= 9:
            out.export(f"mobile_{opset}", Mobile(), opset)
            out.export(f"convnext_{opset}", ConvNext(), opset, **dynamic)
        # torch exports ceil_mode and steps since 10.
        if opset >= 10:
            out.export(f"branches_{opset}", Branches(), opset)
            out.export(f"branches_dynamic_{opset}", Branches(), opset, **dynamic)
            out.export(f"branches_unfolded_{opset}", Branches(), opset, do_constant_folding=False,
                       training=torch.onnx.TrainingMode.PRESERVE)
            out.export(f"shortcut_{opset}", Shortcut(), opset, **dynamic)
        out.export(f"view_{opset}", View(), opset)
        out.export(f"view_dynamic_{opset}", View(), opset, **dynamic)
        out.export(f"mean_{opset}", Mean(), opset, training_mean, **dynamic)
    out.export("alex_13", nn.Sequential(nn.Conv2d(C, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                                        nn.Linear(8 * 5 * 4, 7), nn.ReLU(), nn.Dropout(), nn.Linear(7, K)), 13)


def padded(x, w, b, top, left, bottom, right, stride):
    return F.conv2d(F.pad(x, (left, right, top, bottom)), w, b, stride)


def hand_made(out: Writer) -> None:
    torch.manual_seed(5)
    image = torch.randn(N, C, H, W)
    w, b = torch.randn(4, C, 3, 3), torch.randn(4)
    wt, bt = torch.randn(4, K), torch.randn(K)
    node = helper.make_node
    tail = [node("GlobalAveragePool", ["t"], ["g"]), node("Flatten", ["g"], ["f"]),
            node("Gemm", ["f", "wt", "bt"], ["y"], alpha=0.5, beta=2.0)]
    constants = {"w": w.numpy(), "b": b.numpy(), "wt": wt.numpy(), "bt": bt.numpy()}
    finish = lambda t: 0.5 * t.mean((2, 3)) @ wt + 2.0 * bt
    shape = ("n", C, H, W)

    # h: 12 at stride 2 needs 1 (below); w: 10 at stride 3 needs 2.
    for mode, pads in (("SAME_UPPER", (0, 1, 1, 1)), ("SAME_LOWER", (1, 1, 0, 1)), ("VALID", (0, 0, 0, 0))):
        out.by_hand(f"auto_pad_{mode.lower()}", [node("Conv", ["x", "w", "b"], ["t"], auto_pad=mode, strides=[2, 3])] + tail,
                    constants, image, finish(padded(image, w, b, *pads, (2, 3))), shape)
    conv = [node("Conv", ["x", "w", "b"], ["c"])]
    c = F.conv2d(image, w, b)
    out.by_hand("lrn", conv + [node("LRN", ["c"], ["t"], size=3, alpha=0.3, beta=0.6, bias=1.5)] + tail, constants, image,
                finish(F.local_response_norm(c, 3, 0.3, 0.6, 1.5)), shape)
    out.by_hand("sum", conv + [node("Relu", ["c"], ["r"]), node("Sum", ["c", "r", "c"], ["t"])] + tail, constants, image,
                finish(2 * c + F.relu(c)), shape)
    pads = np.array([0, 0, 1, 0, 0, 0, 2, 1], np.int64)  # top 1, bottom 2, right 1
    pad = [node("Relu", ["c"], ["r"]), node("Pad", ["r", "pads"], ["p"])]
    relu = F.pad(F.relu(c), (0, 1, 1, 2))
    out.by_hand("pad_max", conv + pad + [node("MaxPool", ["p"], ["t"], kernel_shape=[3, 3], strides=[2, 2])] + tail,
                {**constants, "pads": pads}, image, finish(F.max_pool2d(relu, 3, 2)), shape)
    out.by_hand("pad_max_ceil", conv + pad + [node("MaxPool", ["p"], ["t"], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4,
                                                   ceil_mode=1)] + tail,
                {**constants, "pads": pads}, image, finish(F.max_pool2d(relu, 3, 2, 1, ceil_mode=True)), shape)
    out.by_hand("pad_average", conv + pad + [node("AveragePool", ["p"], ["t"], kernel_shape=[3, 3], strides=[2, 2])] + tail,
                {**constants, "pads": pads}, image, finish(F.avg_pool2d(relu, 3, 2)), shape)
    out.by_hand("clip_10", conv + [node("Clip", ["c"], ["t"], min=-0.5, max=0.75)] + tail, constants, image,
                finish(c.clamp(-0.5, 0.75)), shape, opset=10)
    out.by_hand("clip_one_side", conv + [node("Clip", ["c", "low"], ["d"]), node("Clip", ["d", "", "high"], ["t"])] + tail,
                {**constants, "low": np.float32(-0.5), "high": np.float32(0.75)}, image, finish(c.clamp(-0.5, 0.75)), shape)
    out.by_hand("global_max", conv + [node("GlobalMaxPool", ["c"], ["g"]), node("Squeeze", ["g", "axes"], ["f"]), tail[2]],
                {**constants, "axes": np.array([2, 3], np.int64)}, image, 0.5 * c.amax((2, 3)) @ wt + 2 * bt, shape)
    # As TensorFlow's exporters write it: images and arithmetic with channels last.
    mean = np.array([0.1, 0.2, 0.3], np.float32)
    last = [node("Sub", ["x", "mean"], ["x1"]), node("Transpose", ["x1"], ["x2"], perm=[0, 3, 1, 2]),
            node("Conv", ["x2", "w", "b"], ["c"]), node("Transpose", ["c"], ["c1"], perm=[0, 2, 3, 1]),
            node("Add", ["c1", "b"], ["c2"]), node("Relu", ["c2"], ["c3"]),
            node("ReduceMean", ["c3"], ["m"], axes=[1, 2], keepdims=0), node("MatMul", ["m", "wt"], ["z"]),
            node("Add", ["bt", "z"], ["z1"]), node("LogSoftmax", ["z1"], ["y"], axis=-1)]
    shifted = F.relu(F.conv2d(image - torch.tensor(mean).view(1, 3, 1, 1), w, b) + b.view(1, 4, 1, 1))
    out.by_hand("channels_last", last, {**constants, "mean": mean}, image, shifted.mean((2, 3)) @ wt + bt, ("n", H, W, C))
    # One matrix read in both forms, and a product that two nodes read.
    square = torch.randn(4, 4)
    both = conv + [node("GlobalAveragePool", ["c"], ["g"]), node("Flatten", ["g"], ["f"]), node("MatMul", ["f", "s"], ["m"]),
                   node("Gemm", ["m", "s"], ["q"], transB=1), node("Add", ["m", "b"], ["m1"]), node("Add", ["m1", "q"], ["y"])]
    m = c.mean((2, 3)) @ square
    out.by_hand("two_forms", both, {**constants, "s": square.numpy()}, image, m + b + m @ square.T, shape)
    # Every floating type, in raw bytes and in numbers.
    for kind, name in ((np.float16, "f16"), (np.float64, "f64")):
        wk = w.numpy().astype(kind)
        reference = finish(F.conv2d(image, torch.tensor(wk.astype(np.float32)), b))
        out.by_hand(f"raw_{name}", [node("Conv", ["x", "w", "b"], ["t"])] + tail, {**constants, "w": wk}, image, reference, shape)
        typed = helper.make_tensor("w", helper.np_dtype_to_tensor_dtype(np.dtype(kind)) if hasattr(helper, "np_dtype_to_tensor_dtype")
                                   else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[np.dtype(kind)], wk.shape, wk.flatten().tolist())
        out.by_hand(f"typed_{name}", [node("Conv", ["x", "w", "b"], ["t"])] + tail, {**constants, "w": typed}, image, reference, shape)
    half = w.bfloat16()
    bf = TensorProto(name="w", data_type=TensorProto.BFLOAT16, dims=w.shape, raw_data=half.view(torch.int16).numpy().tobytes())
    out.by_hand("raw_bf16", [node("Conv", ["x", "w", "b"], ["t"])] + tail, {**constants, "w": bf}, image,
                finish(F.conv2d(image, half.float(), b)), shape)
    typed = helper.make_tensor("w", TensorProto.FLOAT, w.shape, w.flatten().tolist())
    out.by_hand("typed_f32", [node("Conv", ["x", "w", "b"], ["t"])] + tail, {**constants, "w": typed}, image,
                finish(F.conv2d(image, w, b)), shape)


def spelled_out(out: Writer) -> None:
    """Functions in the forms that exporters write."""
    torch.manual_seed(6)
    image = 3 * torch.randn(N, C, H, W)
    w, b = torch.randn(4, C, 3, 3), torch.randn(4)
    wt, bt = torch.randn(4, K), torch.randn(K)
    c = F.conv2d(image, w, b)
    node = helper.make_node
    tail = [node("GlobalAveragePool", ["t"], ["g"]), node("Flatten", ["g"], ["f"]), node("Gemm", ["f", "wt", "bt"], ["y"])]
    numbers = {"half": 0.5, "one": 1, "three": 3, "six": 6, "sixth": 1 / 6, "zero": 0, "root": np.sqrt(2), "inverse": np.sqrt(0.5),
               "cube": 3, "k": 0.044715, "two_pi": np.sqrt(2 / np.pi), "two": 2}
    constants = {"w": w.numpy(), "b": b.numpy(), "wt": wt.numpy(), "bt": bt.numpy(),
                 **{name: np.float32(value) for name, value in numbers.items()}}
    step = lambda op, *names, **more: node(op, list(names[:-1]), [names[-1]], **more)
    conv = [step("Conv", "x", "w", "b", "c")]

    def case(name, nodes, expected, opset=13):
        out.by_hand(name, conv + nodes + tail, constants, image, expected.mean((2, 3)) @ wt + bt, ("n", C, H, W), opset)

    relu6 = [step("Add", "c", "three", "a"), step("Clip", "a", "zero", "six", "r")]
    case("hard_sigmoid_div", relu6 + [step("Div", "r", "six", "t")], F.hardsigmoid(c))
    case("hard_sigmoid_mul", relu6 + [step("Mul", "sixth", "r", "t")], F.hardsigmoid(c))
    case("hard_sigmoid_onnx", [step("HardSigmoid", "c", "t")], (0.2 * c + 0.5).clamp(0, 1))
    case("hard_swish_div_last", relu6 + [step("Mul", "c", "r", "m"), step("Div", "m", "six", "t")], F.hardswish(c))
    case("hard_swish_div_first", relu6 + [step("Div", "r", "six", "d"), step("Mul", "d", "c", "t")], F.hardswish(c))
    case("hard_swish_by_sigmoid", [step("HardSigmoid", "c", "h", alpha=1 / 6), step("Mul", "c", "h", "t")], F.hardswish(c))
    case("hard_swish_onnx", [step("HardSwish", "c", "t")], F.hardswish(c), opset=14)
    case("silu_exp", [step("Neg", "c", "n"), step("Exp", "n", "e"), step("Add", "one", "e", "d"), step("Div", "c", "d", "t")],
         F.silu(c))
    erf = [step("Mul", "c", "inverse", "z"), step("Erf", "z", "e"), step("Add", "e", "one", "o")]
    case("gelu_half_first", erf + [step("Mul", "c", "half", "h"), step("Mul", "h", "o", "t")], F.gelu(c))
    case("gelu_half_inside", erf + [step("Mul", "o", "half", "h"), step("Mul", "c", "h", "t")], F.gelu(c))
    tanh = [step("Pow", "c", "cube", "p"), step("Mul", "p", "k", "q"), step("Add", "c", "q", "s"), step("Mul", "s", "two_pi", "z"),
            step("Tanh", "z", "h"), step("Add", "h", "one", "o"), step("Mul", "c", "o", "m"), step("Mul", "m", "half", "t")]
    z = np.sqrt(2 / np.pi) * (c + 0.044715 * c**3)
    case("gelu_tanh", tanh, c / 2 * (1 + torch.tanh(z)))
    parts = [step("Concat", "v", "u", "t", axis=1)]
    case("split_attribute", [node("Split", ["c"], ["u", "v"], axis=1, split=[1, 3])] + parts, torch.cat([c[:, 1:], c[:, :1]], 1), opset=11)
    constants["sizes"] = np.array([3, 1], np.int64)
    case("split_input", [node("Split", ["c", "sizes"], ["u", "v"], axis=-3)] + parts, torch.cat([c[:, 3:], c[:, :3]], 1))
    case("split_equal", [node("Split", ["c"], ["u", "v"], axis=1)] + parts, torch.cat([c[:, 2:], c[:, :2]], 1))
    case("split_last", [node("Transpose", ["c"], ["c1"], perm=[0, 2, 3, 1]), node("Split", ["c1"], ["u", "v"], axis=3),
                        step("Concat", "v", "u", "t1", axis=3), node("Transpose", ["t1"], ["t"], perm=[0, 3, 1, 2])],
         torch.cat([c[:, 2:], c[:, :2]], 1))
    constants["grouped"], constants["joined"] = np.array([0, 10, 8, 2, 2], np.int64), np.array([0, 10, 8, 4], np.int64)
    case("shuffle_last", [node("Transpose", ["c"], ["c1"], perm=[0, 2, 3, 1]), step("Reshape", "c1", "grouped", "c2"),
                          node("Transpose", ["c2"], ["c3"], perm=[0, 1, 2, 4, 3]), step("Reshape", "c3", "joined", "c4"),
                          node("Transpose", ["c4"], ["t"], perm=[0, 3, 1, 2])], c[:, [0, 2, 1, 3]])
    constants["merged"], constants["image"] = np.array([0, 2, -1, 80], np.int64), np.array([0, -1, 10, 8], np.int64)
    case("shuffle_merged", [step("Reshape", "c", "merged", "c2"), node("Transpose", ["c2"], ["c3"], perm=[0, 2, 1, 3]),
                            step("Reshape", "c3", "image", "t")], c[:, [0, 2, 1, 3]])
    case("shuffle_undone", [step("Reshape", "c", "merged", "c2"), step("Reshape", "c2", "image", "t")], c)
    # Not functions that fxe has: each step on its own.
    case("relu_of_sum", [step("Add", "c", "three", "a"), step("Relu", "a", "r"), step("Mul", "r", "half", "t")],
         F.relu(c + 3) / 2)
    case("sum_of_functions", [step("Sigmoid", "c", "s"), step("Clip", "c", "zero", "six", "r"), step("Add", "s", "r", "t")],
         torch.sigmoid(c) + F.relu6(c))
    case("silu_twice", [step("Sigmoid", "c", "s"), step("Mul", "c", "s", "m"), step("Sigmoid", "m", "s2"), step("Mul", "m", "s2", "t")],
         F.silu(F.silu(c)))
    case("pad_relu", [node("Pad", ["c"], ["p"], mode="constant", pads=[0, 0, 1, 0, 0, 0, 2, 1]), step("Relu", "p", "t")],
         F.relu(F.pad(c, (0, 1, 1, 2))), opset=10)
    case("pad_max_negative", [node("Pad", ["c"], ["p"], mode="constant", pads=[0, 0, 1, 0, 0, 0, 2, 1]),
                              node("MaxPool", ["p"], ["t"], kernel_shape=[3, 3], strides=[2, 2])],
         F.max_pool2d(F.pad(c, (0, 1, 1, 2)), 3, 2), opset=10)


def external(out: Writer) -> None:
    """Large tensors in a file beside the model, with gaps and an open end, as onnx.save_model writes them."""
    torch.manual_seed(6)
    node = helper.make_node
    image, w, wt = torch.randn(N, C, H, W), torch.randn(4, C, 3, 3), torch.randn(K, 4)
    data = b"\0" * 64 + w.numpy().tobytes() + b"\0" * 128 + wt.numpy().tobytes()
    (out.path / "external.data").write_bytes(data)
    tensors = {}
    for name, value, offset, open_end in (("w", w, 64, False), ("wt", wt, len(data) - 4 * wt.numel(), True)):
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=value.shape, data_location=TensorProto.EXTERNAL)
        entries = {"location": "external.data", "offset": offset, **({} if open_end else {"length": 4 * value.numel()})}
        for key, entry in entries.items():
            tensor.external_data.add(key=key, value=str(entry))
        tensors[name] = tensor
    out.by_hand("external_data", [node("Conv", ["x", "w"], ["c"]), node("GlobalAveragePool", ["c"], ["g"]),
                                  node("Flatten", ["g"], ["f"]), node("Gemm", ["f", "wt"], ["y"], transB=1)],
                tensors, image, F.conv2d(image, w).mean((2, 3)) @ wt.T, ("n", C, H, W))


def refused(out: Writer) -> None:
    node = helper.make_node
    ones = np.ones((4, C, 3, 3), np.float32)
    out.refuse("unknown", "operators that fxe does not have: Elu ('e', 'e2'); Softsign ('h'); com.acme.Elu ('d')",
               [node("Elu", ["x"], ["a"], name="e"), node("Softsign", ["a"], ["b"], name="h"),
                node("Elu", ["b"], ["c"], name="e2"), node("Elu", ["c"], ["y"], name="d", domain="com.acme")])
    out.refuse("unknown_functions", "node 'first' (Tanh): computes something fxe does not have; it reads this only as a step of sigmoid, SiLU, "
               "hard swish, GELU or layer normalisation; node 'second' (Exp): computes",
               [node("Tanh", ["x"], ["a"], name="first"), node("GlobalAveragePool", ["a"], ["b"]),
                node("Exp", ["b"], ["c"], name="second"), node("Flatten", ["c"], ["y"])])
    out.refuse("opset_6", "operator set 6; fxe reads 7 to 28", [node("Relu", ["x"], ["y"])], opset=6)
    out.refuse("dynamic_size", "no fixed size on axis 2", [node("Relu", ["x"], ["y"])], shape=("n", C, "h", "w"))
    out.refuse("two_inputs", "the model has 2 inputs", [node("Add", ["x", "z"], ["y"])], inputs=("x", "z"))
    out.refuse("no_logits", "expected logits [n classes]", [node("Relu", ["x"], ["y"])])
    out.refuse("made_twice", "made twice", [node("Relu", ["x"], ["y"]), node("Relu", ["x"], ["y"])])
    out.refuse("softmax_inside", "follows a Softmax",
               [node("GlobalAveragePool", ["x"], ["g"]), node("Softmax", ["g"], ["s"], axis=1), node("Relu", ["s"], ["y"])])
    out.refuse("split_and_relu", "channels that a Reshape split", [node("Reshape", ["x", "s"], ["a"]), node("Relu", ["a"], ["y"])],
               {"s": np.array([-1, 3, 1, H, W], np.int64)})
    out.refuse("gate_of_rows", "multiplies two images", [node("Conv", ["x", "w"], ["a"]), node("Conv", ["x", "w"], ["b"]),
                                                       node("Mul", ["a", "b"], ["y"])], {"w": ones})
    out.refuse("not_channels", "not one number per channel", [node("Add", ["x", "c"], ["y"])],
               {"c": np.ones((H, W), np.float32)})
    out.refuse("square", "computes something fxe does not have", [node("Mul", ["x", "x"], ["a"]), node("Relu", ["a"], ["y"])])
    out.refuse("weights_from_image", "needs a constant input 1", [node("Conv", ["x", "x"], ["y"])])
    out.refuse("wrong_kernel", "kernel_shape is 1x1, but the weight's is 3x3", [node("Conv", ["x", "w"], ["y"], kernel_shape=[1, 1])],
               {"w": ones})
    out.refuse("too_large", "does not fit", [node("Conv", ["x", "w"], ["y"], dilations=[9, 9])], {"w": ones})
    out.refuse("reshape", "fxe only flattens images to rows", [node("Reshape", ["x", "s"], ["y"])],
               {"s": np.array([-1, C * H, W], np.int64)})
    out.refuse("flatten_last", "whose order of elements is not fxe's", [node("Flatten", ["x"], ["y"])], shape=("n", H, W, C))
    external = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=ones.shape, data_location=TensorProto.EXTERNAL)
    external.external_data.add(key="location", value="../../etc/passwd")
    out.refuse("external_escape", "is in '../../etc/passwd'; expected a file in the model's folder",
               [node("Conv", ["x", "w"], ["y"])], {"w": external})
    for name, entries, text in (
            ("absolute", {"location": "/etc/passwd"}, "expected a file in the model's folder"),
            ("no_location", {"offset": "0"}, "expected a file in the model's folder"),
            ("absent", {"location": "no_such_file"}, "no such file"),
            ("offset", {"location": "external.data", "offset": "99999999999"}, "is the file complete?"),
            ("length", {"location": "external.data", "offset": "8", "length": str(2**64 - 1)}, "is the file complete?"),
            ("negative", {"location": "external.data", "offset": "-4"}, "expected a number of bytes"),
            ("size", {"location": "external.data", "offset": "0", "length": "16"}, "has 16 bytes")):
        tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=ones.shape, data_location=TensorProto.EXTERNAL)
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=value)
        out.refuse(f"external_{name}", text, [node("Conv", ["x", "w"], ["y"])], {"w": tensor})
    short = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1 << 30, 1 << 20], raw_data=b"1234")
    out.refuse("short_tensor", "has 4 bytes", [node("Conv", ["x", "w"], ["y"])], {"w": short})
    huge = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1 << 40, 1 << 40], raw_data=b"1234")
    out.refuse("huge_tensor", "too many elements", [node("Conv", ["x", "w"], ["y"])], {"w": huge})
    concat = [node("Concat", ["c0", "c0"], ["c1"], axis=0)]
    concat += [node("Concat", [f"c{i}", f"c{i}"], [f"c{i + 1}"], axis=0) for i in range(1, 40)]
    out.refuse("concat_bomb", "much more than the file is long", concat + [node("Reshape", ["x", "c40"], ["y"])], {"c0": np.ones(2, np.int64)})
    turns = [node("Transpose", ["t0"], ["t1"])] + [node("Transpose", [f"t{i}"], [f"t{i + 1}"]) for i in range(1, 400)]
    out.refuse("transpose_bomb", "much more than the file is long",
               [node("GlobalAveragePool", ["x"], ["g"]), node("Flatten", ["g"], ["f"])] + turns + [node("MatMul", ["f", "t400"], ["y"])],
               {"t0": np.ones((C, 20000), np.float32)})


if __name__ == "__main__":
    writer = Writer(sys.argv[1])
    exported(writer)
    hand_made(writer)
    spelled_out(writer)
    other_exporters(writer)
    external(writer)
    odd_models(writer)
    refused(writer)
