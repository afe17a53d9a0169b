#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes nodes of random constants and what NumPy computes from them: the peer of constant_test.cpp.

usage: make_constants.py FOLDER [SEED]
Writes OPSET.onnx, each node of which is a case (one called refused... must be refused), and OPSET.expected.onnx, whose
initializers are the outputs; an initializer's name ends in the relative error allowed. If ONNX Runtime or onnx.reference is
installed, NumPy's values are compared with theirs first.
"""
import math
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOATS = ("float32", "float16", "float64")
INTEGERS = ("int64", "int32", "int8", "uint8")
ERF = np.vectorize(math.erf, otypes=["float64"])
TYPE = {"float32": 1, "uint8": 2, "int8": 3, "int16": 5, "int32": 6, "int64": 7, "bool": 9, "float16": 10, "float64": 11}


class Cases:
    def __init__(self, opset: int, seed: int):
        self.opset, self.rng = opset, np.random.default_rng([seed, opset])
        self.nodes, self.constants, self.expected = [], [], []

    def values(self, dtype: str, shape, low=-8, high=8) -> np.ndarray:
        if dtype == "bool":
            return self.rng.integers(0, 2, shape).astype(bool)
        if dtype in FLOATS:
            return self.rng.uniform(low, high, shape).astype(dtype)
        return self.rng.integers(max(low, 0) if dtype == "uint8" else low, high, shape).astype(dtype)

    def shape(self, least=0, most=4) -> tuple:
        return tuple(int(d) for d in self.rng.integers(1, 5, self.rng.integers(least, most + 1)))

    def broadcast(self) -> tuple:
        """Two shapes that broadcast to each other."""
        whole = self.shape(1)
        part = lambda: tuple(1 if self.rng.random() < 0.3 else d for d in whole[self.rng.integers(0, len(whole) + 1):])
        return (whole, part()) if self.rng.random() < 0.5 else (part(), part())

    def case(self, op: str, inputs, expected, tolerance=0.0, **attributes) -> None:
        """`expected`: None if the node must be refused."""
        name = f"{'refused' if expected is None else 'case'}{len(self.nodes)}"
        names = ["" if value is None else f"{name}.{i}" for i, value in enumerate(inputs)]
        attributes = {k: v for k, v in attributes.items() if v is not None}
        self.nodes.append(helper.make_node(op, names, [name], name=name, **attributes))
        self.constants += [numpy_helper.from_array(np.asarray(v), n) for v, n in zip(inputs, names) if v is not None]
        if expected is not None:
            self.expected.append(numpy_helper.from_array(np.asarray(expected), f"{name} {tolerance!r}"))
            compare_with_peers(self, self.nodes[-1], dict(zip(names, inputs)), np.asarray(expected), tolerance)

    def write(self, folder: pathlib.Path) -> None:
        outputs = [helper.make_tensor_value_info(n.output[0], TensorProto.FLOAT, None) for n in self.nodes]
        for suffix, nodes, constants in (("", self.nodes, self.constants), (".expected", [], self.expected)):
            graph = helper.make_graph(nodes, "g", [], outputs, constants)
            onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8),
                      str(folder / f"{self.opset}{suffix}.onnx"))


compared = {}


def compare_with_peers(cases: Cases, node, inputs: dict, expected: np.ndarray, tolerance: float) -> None:
    given = {k: np.asarray(v) for k, v in inputs.items() if k}
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info(k, TYPE[str(v.dtype)], v.shape) for k, v in given.items()],
        [helper.make_tensor_value_info(node.output[0], TYPE[str(expected.dtype)], None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", cases.opset)], ir_version=8)

    def check(peer, value):
        compared[peer] = compared.get(peer, 0) + 1
        # The peers compute in the type itself, in their own order.
        eps = np.finfo(expected.dtype).eps if expected.dtype.kind == "f" else 0
        limit = 0 if tolerance == 0 else max(tolerance, 64 * float(eps))
        close = np.allclose(value.astype("f8"), expected.astype("f8"), rtol=limit, atol=limit, equal_nan=True)
        if value.dtype != expected.dtype or value.shape != expected.shape or not close:
            sys.exit(f"{peer} at operator set {cases.opset}: {node.op_type} {helper.printable_node(node)}\n{given}\n"
                     f"NumPy: {expected!r}\n{peer}: {value!r}")

    try:
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        check("ONNX Runtime", np.asarray(session.run(None, given)[0]))
    except ImportError:
        pass
    except Exception as error:  # a type that it lacks
        compared["not in ONNX Runtime"] = compared.get("not in ONNX Runtime", 0) + 1
        if "NOT_IMPLEMENTED" not in str(error) and "Could not find an implementation" not in str(error):
            raise
    try:
        from onnx.reference import ReferenceEvaluator
    except ImportError:
        return
    # It divides integers toward minus infinity, accumulates sums of fp16 in fp16, has erf in fp32, and clamps as NumPy slices.
    kind = expected.dtype
    if node.op_type == "Slice" or (node.op_type == "Div" and kind.kind in "iu") or (kind == "float16" and "Reduce" in node.op_type) or (
            kind == "float64" and node.op_type == "Erf"):
        return
    try:
        value = np.asarray(ReferenceEvaluator(model).run(None, given)[0])
    except Exception:
        compared["not in onnx.reference"] = compared.get("not in onnx.reference", 0) + 1
        return
    check("onnx.reference", value)


def eps(dtype) -> float:
    return float(np.finfo(dtype).eps)


def elementwise(c: Cases) -> None:
    for dtype in FLOATS:
        once = {"Abs": np.abs, "Ceil": np.ceil, "Floor": np.floor, "Neg": np.negative, "Sqrt": np.sqrt, "Exp": np.exp,
                "Log": np.log, "Reciprocal": lambda x: 1 / x, "Erf": ERF, "Round": np.rint}
        exact = ("Abs", "Ceil", "Floor", "Neg", "Sqrt", "Reciprocal", "Round")
        for op, f in once.items():
            if (op == "Round" and c.opset < 11) or c.opset < 9:
                continue
            x = c.values(dtype, c.shape(), 0.5 if op in ("Sqrt", "Log") else -8)
            if op in ("Ceil", "Floor", "Round"):
                x = np.concatenate([x.ravel(), np.array([0.5, 1.5, -2.5, -0.0, 2], dtype)])
            c.case(op, [x], f(x.astype("f8")).astype(dtype), 0 if op in exact else 4 * eps(dtype))
        for op, f in {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Pow": np.power}.items():
            a, b = (c.values(dtype, s, 0.5 if op == "Pow" else -8) for s in c.broadcast())
            c.case(op, [a, b], f(a.astype("f8"), b.astype("f8")).astype(dtype), 4 * eps(dtype) if op == "Pow" else 0)
    for dtype in ("int64", "int32"):
        for op, f in {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply}.items():
            a, b = (c.values(dtype, s) for s in c.broadcast())
            c.case(op, [a, b], f(a, b))
        a, b = (c.values(dtype, s) for s in c.broadcast())
        b = np.where(b == 0, 3, b).astype(dtype)
        c.case("Div", [a, b], np.trunc(a / b).astype(dtype))
        c.case("Div", [a, b * 0], None)
        if c.opset >= 12:
            b = c.values(dtype, b.shape, 0, 4)
            c.case("Pow", [a, b], np.power(a, b))
            c.case("Pow", [a, b - 5], None)
        top = np.array([np.iinfo(dtype).max], dtype)
        c.case("Add", [top, top], None)
        c.case("Mul", [top, top], None)
        c.case("Sub", [-top, np.array([2], dtype)], None)
        c.case("Neg", [a], -a)
        c.case("Abs", [a], np.abs(a))
    if c.opset >= 12:
        a, b = c.values("float32", (2, 3), 0.5), c.values("int64", (3,), -2, 3)
        c.case("Pow", [a, b], np.power(a.astype("f8"), b).astype("f4"), 4 * eps("f4"))
    if c.opset >= 10:
        for dtype in INTEGERS:
            a, b = (c.values(dtype, s) for s in c.broadcast())
            b = np.where(b == 0, 3, b).astype(dtype)
            c.case("Mod", [a, b], np.mod(a, b))
            c.case("Mod", [a, b], np.fmod(a, b), fmod=1)
        for dtype in ("float32", "float64"):
            a, b = (c.values(dtype, s, 1, 8) for s in c.broadcast())
            c.case("Mod", [-a, b], np.fmod(-a, b), fmod=1)
    for op, f in {"Min": np.minimum, "Max": np.maximum}.items():
        for dtype in ("float32", "float64") + (("float16", "int64", "int32", "int8") if c.opset >= 12 else ()):
            a, b = (c.values(dtype, s) for s in c.broadcast())
            c.case(op, [a, b], f(a, b))
            c.case(op, [a, b, np.zeros_like(a)], f(f(a, b), np.zeros_like(a)))
    x = c.values("float32", (5,))
    c.case("Sum", [x, x[:1], x], (x + x[:1]) + x)
    c.case("Add", [x, c.values("float64", (5,))], None)
    c.case("Add", [x, c.values("float32", (4,))], None)
    c.case("Sqrt", [c.values("int64", (3,))], None)


def truth(c: Cases) -> None:
    for op, f in {"And": np.logical_and, "Or": np.logical_or, "Xor": np.logical_xor}.items():
        a, b = (c.values("bool", s) for s in c.broadcast())
        c.case(op, [a, b], f(a, b))
    c.case("Not", [a], ~a)
    compare = {"Equal": np.equal, "Greater": np.greater, "Less": np.less}
    if c.opset >= 12:
        compare.update({"GreaterOrEqual": np.greater_equal, "LessOrEqual": np.less_equal})
    for op, f in compare.items():
        for dtype in ("float32", "float64", "int64", "int32") if c.opset >= 11 or op != "Equal" else ("int64", "int32"):
            a, b = (np.rint(c.values(dtype, s, 0, 4)).astype(dtype) for s in c.broadcast())
            c.case(op, [a, b], f(a, b))
    for dtype in ("float32", "int64", "uint8"):
        a, b = (c.values(dtype, s) for s in c.broadcast())
        w = c.values("bool", np.broadcast_shapes(a.shape, b.shape)[-1:])
        c.case("Where", [w, a, b], np.where(w, a, b))


def casts(c: Cases) -> None:
    for source in FLOATS + INTEGERS + ("bool",):
        for target in FLOATS + INTEGERS + ("bool",):
            x = c.values(source, c.shape(), 0, 8)
            c.case("Cast", [x], np.trunc(x).astype(target) if target in INTEGERS and source in FLOATS else x.astype(target),
                   to=TYPE[target])
    c.case("Cast", [np.array([1 << 24, (1 << 24) + 1, (1 << 60) + 1])], np.array([1 << 24, 1 << 24, 1 << 60], "f4"), to=1)
    c.case("Cast", [np.array([70000, 65519.9, 1e-7], "f4")], np.array([np.inf, 65504, 1e-7], "f2"), to=10)
    for value in (3e9, np.inf, np.nan):
        c.case("Cast", [np.float32(value)], None, to=6)


def reductions(c: Cases) -> None:
    ops = {"ReduceSum": np.sum, "ReduceMean": np.mean, "ReduceProd": np.prod, "ReduceMax": np.max, "ReduceMin": np.min,
           "ReduceL1": lambda x, **k: np.sum(np.abs(x), **k), "ReduceL2": lambda x, **k: np.sqrt(np.sum(x * x, **k)),
           "ReduceSumSquare": lambda x, **k: np.sum(x * x, **k)}
    for op, f in ops.items():
        for dtype in ("float32", "float64", "float16") + (("int64", "int32") if op in ("ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin") else ()):
            for keep in (0, 1):
                x = c.values(dtype, c.shape(1), -3, 4)
                every = c.rng.random() < 0.2
                axes = sorted(c.rng.choice(x.ndim, c.rng.integers(1, x.ndim + 1), replace=False).tolist())
                signed = [a - x.ndim if c.rng.random() < 0.4 else a for a in axes]
                wide = f(x.astype("f8"), axis=None if every else tuple(axes), keepdims=bool(keep))
                listed = c.opset >= (13 if op == "ReduceSum" else 18)
                inputs = [x] if every or not listed else [x, np.array(signed, "i8")]
                tolerance = 0 if op in ("ReduceMax", "ReduceMin") or dtype.startswith("int") else 4 * eps(dtype)
                c.case(op, inputs, np.asarray(wide).astype(dtype), tolerance, keepdims=keep,
                       axes=None if every or listed else signed)
    x = c.values("float32", (2, 3))
    if c.opset >= 18:
        c.case("ReduceMean", [x], x, noop_with_empty_axes=1)
    a, b = c.values("float32", (3, 5)), c.values("float32", (5, 4))
    c.case("MatMul", [a, b], (a.astype("f8") @ b.astype("f8")).astype("f4"), 40 * eps("f4"))
    c.case("MatMul", [a, a], None)
    if c.opset >= 11:
        c.case("Clip", [x, np.float32(-1), np.float32(2)], np.clip(x, -1, 2))
        c.case("Clip", [x, None, np.float32(2)], np.minimum(x, np.float32(2)))
        c.case("Clip", [x], x)
    else:
        c.case("Clip", [x], np.clip(x, -1, 2), min=-1.0, max=2.0)


def layout(c: Cases) -> None:
    i8 = lambda *v: np.array(v, "i8")
    for dtype in ("float32", "int64", "uint8", "bool", "float16"):
        x = c.values(dtype, (2, 3, 4))
        c.case("Reshape", [x, i8(0, -1)], x.reshape(2, 12))
        c.case("Reshape", [x, i8(4, 6)], x.reshape(4, 6))
        c.case("Reshape", [x, i8(5, -1)], None)
        for axis in (0, 1, 2, 3):
            c.case("Flatten", [x], x.reshape(int(np.prod(x.shape[:axis])), -1), axis=axis)
        order = c.rng.permutation(3).tolist()
        c.case("Transpose", [x], x.transpose(order), perm=order)
        c.case("Transpose", [x], x.T)
        c.case("Transpose", [x], None, perm=[0, 0, 1])
        c.case("Expand", [x, i8(2, 5, 4)], None)
        c.case("Expand", [x[:, :1], i8(3, 2, 5, 1)], np.broadcast_to(x[:, :1], (3, 2, 5, 4)))
        repeats = c.rng.integers(1, 4, 3)
        c.case("Tile", [x, repeats], np.tile(x, repeats))
        index = c.rng.integers(-3, 3, (2, 2))
        c.case("Gather", [x, index], np.take(x, index, 1), axis=1)
        c.case("Gather", [x, np.int64(-1)], x[-1])
        c.case("Gather", [x, i8(2)], None)
        axis = int(c.rng.integers(0, 3))
        parts = [x, np.take(x, [0], axis), x]
        c.case("Concat", parts, np.concatenate(parts, axis), axis=axis - 3)
        c.case("Concat", [x, x[:1, :1]], None, axis=0)
        if c.opset >= 11:
            index = c.rng.integers(-4, 4, (2, 3, 2))
            c.case("GatherElements", [x, index], np.take_along_axis(x, index, 2), axis=2)
            c.case("GatherElements", [x, c.rng.integers(0, 2, (3, 3, 4))], None, axis=1)
        if c.opset >= 10:
            starts, ends, steps = c.rng.integers(-5, 6, 2), c.rng.integers(-6, 7, 2), c.rng.choice([-2, -1, 1, 2, 3], 2)
            y = x[slice_of(starts[0], ends[0], steps[0], 2), :, slice_of(starts[1], ends[1], steps[1], 4)]
            c.case("Slice", [x, starts, ends, i8(0, -1), steps], y)
        else:
            c.case("Slice", [x], x[:, 1:3, :-1], starts=[1, 0], ends=[3, -1], axes=[1, 2])
        y = x[:, None, :1]
        if c.opset >= 13:
            c.case("Squeeze", [y, i8(1, -2)], y.squeeze((1, 2)))
            c.case("Squeeze", [y, i8(0)], None)
            c.case("Unsqueeze", [x, i8(0, -1)], x[None, ..., None])
        else:
            c.case("Squeeze", [y], y.squeeze((1, 2)), axes=[1, 2])
            c.case("Unsqueeze", [x], x[None, ..., None], axes=[0, 4])
        c.case("Squeeze", [y], y.squeeze())
        c.case("Shape", [x], i8(2, 3, 4))
        c.case("Size", [x], np.int64(24))
        c.case("Identity", [x], x)
    if c.opset >= 15:
        c.case("Shape", [x], i8(3), start=1, end=-1)
    fill = lambda v: numpy_helper.from_array(np.array([v]))
    c.case("ConstantOfShape", [i8(2, 3)], np.zeros((2, 3), "f4"))
    c.case("ConstantOfShape", [i8(2, 3)], np.full((2, 3), 0.25, "f4"), value=fill(np.float32(0.25)))
    c.case("ConstantOfShape", [i8(4)], np.full(4, -7), value=fill(np.int64(-7)))
    c.case("ConstantOfShape", [i8(2, -3)], None)
    c.case("ConstantOfShape", [i8(1 << 40)], None)
    if c.opset >= 11:
        c.case("Range", [np.int64(7), np.int64(-4), np.int64(-3)], np.arange(7, -4, -3))
        c.case("Range", [np.int32(2), np.int32(2), np.int32(3)], np.zeros(0, "i4"))
        c.case("Range", [np.float32(0), np.float32(1), np.float32(0.25)], np.arange(0, 1, 0.25, "f4"))
        c.case("Range", [np.int64(0), np.int64(5), np.int64(0)], None)
        c.case("Range", [np.int64(0), np.int64(1 << 40), np.int64(1)], None)


def slice_of(start, end, step, size):
    """ONNX's clamped slice as a slice of NumPy's."""
    return slice(max(int(start), -size), int(end) if int(end) >= -size or step > 0 else None, int(step))


if __name__ == "__main__":
    out, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    out.mkdir(parents=True, exist_ok=True)
    np.seterr(all="ignore")
    for opset in (9, 11, 13, 18) if onnx.defs.onnx_opset_version() >= 18 else (9, 11, 13, 17):
        cases = Cases(opset, seed)
        for group in (elementwise, truth, casts, reductions, layout):
            group(cases)
        cases.write(out)
    print(f"seed {seed}; compared: {compared}")
