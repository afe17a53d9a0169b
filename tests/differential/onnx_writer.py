# SPDX-License-Identifier: Apache-2.0
"""Writes one ONNX model: nodes as each operator set spells them, constants in every form that exporters store."""
import random

import numpy as np
from onnx import TensorProto, helper, numpy_helper

LEAST_OPSET, GREATEST_OPSET = 7, 28


class Value:
    """A value that depends on the image: its name, and its shape without the batch."""

    def __init__(self, name: str, shape):
        self.name, self.shape = name, tuple(int(d) for d in shape)

    @property
    def rank(self) -> int:  # the batch included
        return len(self.shape) + 1


class Writer:
    def __init__(self, choice: random.Random, numbers: np.random.Generator, opset: int):
        self.choice, self.numbers, self.opset = choice, numbers, opset
        self.nodes, self.initializers, self.external, self.sparse = [], [], [], []
        self.naming = choice.choice(["torch", "numbers", "tensorflow", "unnamed"])
        # How often a constant is not simply an initializer, and how often an attribute at its default is written.
        self.odd_constants = choice.choice([0.0, 0.0, 0.05, 0.3])
        self.external_data = choice.random() < 0.05
        self.explicit = choice.choice([0.0, 0.5, 1.0])
        self.aliases = choice.choice([0.0, 0.0, 0.1, 0.3])
        self.batch, self.names = "n", 0

    def chance(self, probability: float) -> bool:
        return self.choice.random() < probability

    # Names

    def fresh(self, hint: str) -> str:
        self.names += 1
        i = self.names
        return {"torch": f"/{hint}_{i}/out.0", "numbers": str(i + 100), "tensorflow": f"model/{hint}_{i}:0",
                "unnamed": f"{hint}{i}"}[self.naming]

    # Nodes

    def raw(self, op: str, inputs, shape, outputs=None, **attributes) -> Value:
        """A node with this first output, and maybe more."""
        names = [i.name if isinstance(i, Value) else i for i in inputs]
        while names and names[-1] == "":
            names.pop()
        value = Value(self.fresh(op.lower()), shape)
        name = "" if self.naming == "unnamed" else f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, names, [value.name] + list(outputs or []), name=name, **attributes))
        return self.alias(value) if self.chance(self.aliases) else value

    def op(self, op: str, inputs, shape, defaults=None, outputs=None, **attributes) -> Value:
        """The same, now and then without attributes that equal their default."""
        for key, default in (defaults or {}).items():
            if key in attributes and attributes[key] == default and not self.chance(self.explicit):
                del attributes[key]
        return self.raw(op, inputs, shape, outputs, **{k: v for k, v in attributes.items() if v is not None})

    def alias(self, x: Value) -> Value:
        """The same value under another name."""
        kind = self.choice.choice(["Identity"] * 4 + ["Dropout"] * 4 + ["Cast"] * 2 + ["Reshape", "Transpose", "Unsqueeze"])
        self.aliases, kept = 0.0, self.aliases
        n = -1 if self.batch == "n" or self.chance(0.5) else self.batch
        if kind == "Dropout":
            mask = [self.fresh("mask")] if self.chance(0.1) else None
            if self.opset < 12:
                y = self.op("Dropout", [x], x.shape, {"ratio": 0.5}, outputs=mask, ratio=self.choice.choice([0.5, 0.2]))
            else:
                ratio = self.form_free(np.float32(0.2)) if self.chance(0.5) else ""
                y = self.raw("Dropout", [x, ratio], x.shape, outputs=mask)
        elif kind == "Cast":
            y = self.raw("Cast", [x], x.shape, to=TensorProto.FLOAT)
        elif kind == "Reshape":
            y = self.reshape(x, [self.choice.choice([n, 0]), *x.shape], x.shape)
        elif kind == "Transpose":
            y = self.transpose(x, range(x.rank))
        elif kind == "Unsqueeze" and x.rank == 2:
            y = self.squeeze(self.unsqueeze(x, [2, 3]), [2, 3])
        else:
            y = self.raw("Identity", [x], x.shape)
        self.aliases = kept
        return y

    def _axes(self, op: str, since: int, x: Value, axes, shape, **attributes) -> Value:
        """With its axes as an attribute or, since this operator set, as an input."""
        if self.opset < since:
            return self.op(op, [x], shape, axes=axes, **attributes)
        return self.op(op, [x, "" if axes is None else self.integers(axes)], shape, **attributes)

    def squeeze(self, x: Value, axes) -> Value:
        shape = [d for i, d in enumerate(x.shape, 1) if i not in axes]
        return self._axes("Squeeze", 13, x, self.maybe_negative(axes, x.rank), shape)

    def unsqueeze(self, x: Value, axes) -> Value:
        shape = list(x.shape)
        for axis in axes:
            shape.insert(axis - 1, 1)
        return self._axes("Unsqueeze", 13, x, self.maybe_negative(axes, x.rank + len(axes)), shape)

    def reduce(self, op: str, x: Value, axes, keep: bool) -> Value:
        shape = [1 if i in axes else d for i, d in enumerate(x.shape, 1) if keep or i not in axes]
        since = 13 if op == "ReduceSum" else 18
        given = {} if keep and not self.chance(self.explicit) else {"keepdims": int(keep)}
        return self._axes(op, since, x, self.maybe_negative(axes, x.rank), shape, **given)

    def maybe_negative(self, axes, rank: int):
        # Most operators take negative axes since operator set 11.
        return [a - rank for a in axes] if self.opset >= 11 and self.chance(0.4) else list(axes)

    def axis(self, axis: int, rank: int) -> int:
        return self.maybe_negative([axis], rank)[0]

    def split(self, x: Value, sizes, axis: int):
        outputs = [Value(self.fresh("split") + f"_{i}", x.shape[:axis - 1] + (s,) + x.shape[axis:])
                   for i, s in enumerate(sizes)]
        equal = len(set(sizes)) == 1 and self.chance(0.6)
        attributes, inputs = {"axis": self.axis(axis, x.rank)}, [x.name]
        if equal and self.opset >= 18:
            attributes["num_outputs"] = len(sizes)
        elif not equal and self.opset < 13:
            attributes["split"] = list(sizes)
        elif not equal:
            inputs.append(self.integers(sizes))
        self.nodes.append(helper.make_node("Split", inputs, [o.name for o in outputs], name=f"Split_{len(self.nodes)}",
                                           **attributes))
        return outputs

    def slice(self, x: Value, starts, ends, axes, steps, shape) -> Value:
        given = self.maybe_negative(axes, x.rank)
        if self.opset < 10:
            assert set(steps) <= {1}
            return self.raw("Slice", [x], shape, starts=starts, ends=ends, axes=axes)
        inputs = [x, self.integers(starts), self.integers(ends), self.integers(given)]
        if set(steps) != {1} or self.chance(self.explicit):
            inputs.append(self.integers(steps))
        return self.raw("Slice", inputs, shape)

    def pad(self, x: Value, before, after) -> Value:
        """By these sizes on every axis, the batch included."""
        shape = [d + b + a for d, b, a in zip(x.shape, before[1:], after[1:])]
        pads = list(before) + list(after)
        mode = {"mode": "constant"} if self.chance(self.explicit) else {}
        if self.opset < 11:
            return self.op("Pad", [x], shape, {"value": 0.0}, pads=pads, value=0.0, **mode)
        value = self.form_free(np.float32(0)) if self.chance(0.5) else ""
        axes = ""
        if self.opset >= 18 and self.chance(0.3):
            kept = [i for i in range(x.rank) if before[i] or after[i]] or [x.rank - 1]
            axes = self.integers(self.maybe_negative(kept, x.rank))
            pads = [before[i] for i in kept] + [after[i] for i in kept]
        return self.raw("Pad", [x, self.integers(pads), value, axes], shape, **mode)

    def clip(self, x: Value, low, high) -> Value:
        """Clips between two numbers; None is no bound."""
        if self.opset < 11:
            low, high = (None if b is None else float(b) for b in (low, high))
            return self.op("Clip", [x], x.shape, min=low, max=high)
        bounds = ["" if b is None else self.form_free(np.float32(b)) for b in (low, high)]
        return self.raw("Clip", [x, *bounds], x.shape)

    def transpose(self, x: Value, order) -> Value:
        return self.raw("Transpose", [x], [x.shape[i - 1] for i in order[1:]], perm=list(order))

    def reshape(self, x: Value, target, shape) -> Value:
        return self.raw("Reshape", [x, self.integers(target)], shape)

    # Constants

    def integers(self, values) -> str:
        return self.form_free(np.array(list(values), np.int64))

    def form_free(self, array: np.ndarray) -> str:
        """A constant that is stored as it is: an initializer or a Constant."""
        array, name = np.asarray(array), self.fresh("const")
        if not self.chance(0.5 if self.naming != "unnamed" else 0.1):
            self.initializers.append(numpy_helper.from_array(array, name))
            return name
        value = {"value": numpy_helper.from_array(array, name + "_value")}
        if self.opset >= 12 and array.ndim == 1 and array.size and self.chance(0.3):
            value = {"value_ints": array.tolist()} if array.dtype == np.int64 else {"value_floats": array.tolist()}
        elif self.opset >= 12 and array.ndim == 0 and self.chance(0.3):
            value = {"value_int": array.item()} if array.dtype == np.int64 else {"value_float": array.item()}
        self.nodes.append(helper.make_node("Constant", [], [name], **value))
        return name

    def const(self, array, hint: str = "weight") -> str:
        """fp32 numbers, in one of the forms of their kind."""
        array = np.asarray(array, np.float32)
        if self.chance(self.odd_constants):
            return self.choice.choice([self._typed, self._node, self._cast, self._transposed, self._reshaped, self._product,
                                       self._rows_scaled, self._identity, self._joined, self._sliced, self._gathered,
                                       self._filled, self._sparse])(array, hint)
        if self.external_data and array.nbytes > 64:
            return self._external(array, hint)
        return self._initializer(array, hint)

    def _initializer(self, array, hint):
        name = self.fresh(hint)
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def _external(self, array, hint):
        name = self.fresh(hint)
        self.external.append((name, array))
        return name

    def _typed(self, array, hint):
        name = self.fresh(hint)
        self.initializers.append(helper.make_tensor(name, TensorProto.FLOAT, array.shape, array.flatten().tolist()))
        return name

    def _node(self, array, hint):
        name = self.fresh(hint)
        self.nodes.append(helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array, name)))
        return name

    def compute(self, op, inputs, **attributes):
        name = self.fresh("folded")
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    def _cast(self, array, hint):
        return self.compute("Cast", [self._initializer(array.astype(self.choice.choice([np.float16, np.float64])), hint)],
                            to=TensorProto.FLOAT)

    def _transposed(self, array, hint):
        order = list(range(array.ndim))
        self.choice.shuffle(order)
        stored = self._initializer(np.ascontiguousarray(array.transpose(np.argsort(order))), hint)
        if order == list(range(array.ndim))[::-1] and self.chance(0.5) or array.ndim < 2:
            return self.compute("Transpose", [stored])
        return self.compute("Transpose", [stored], perm=order)

    def _reshaped(self, array, hint):
        stored = self._initializer(array.reshape(-1), hint)
        target = list(array.shape)
        if target and self.chance(0.5):
            target[self.choice.randrange(len(target))] = -1
        return self.compute("Reshape", [stored, self.form_free(np.array(target, np.int64))])

    def _product(self, array, hint):
        factor = np.float32(self.choice.choice([0.5, 2.0, 0.25]))
        other = self.form_free(factor)
        if self.chance(0.5):
            return self.compute("Mul", [other, self._initializer(array / factor, hint)])
        return self.compute("Div", [self._initializer(array * factor, hint), other])

    def _rows_scaled(self, array, hint):
        """Weights scaled by channel, or normalised."""
        if array.ndim < 2:
            return self._initializer(array, hint)
        scales = self.uniform(0.5, 1.5, array.shape[0], *[1] * (array.ndim - 1))
        stored, factors = self._initializer(array / scales, hint), self.form_free(scales)
        return self.compute("Mul", self.choice.choice([[stored, factors], [factors, stored]]))

    def _sliced(self, array, hint):
        if array.ndim == 0 or self.opset < 10:
            return self._initializer(array, hint)
        stored = np.concatenate([array[:1], array, array[-1:]])
        return self.compute("Slice", [self._initializer(stored, hint), self.integers([1]), self.integers([-1])])

    def _gathered(self, array, hint):
        if array.ndim == 0:
            return self._initializer(array, hint)
        order = list(range(array.shape[0]))
        self.choice.shuffle(order)
        stored = self._initializer(np.ascontiguousarray(array[np.argsort(order)]), hint)
        return self.compute("Gather", [stored, self.form_free(np.array(order, np.int64))], axis=0)

    def _sparse(self, array, hint):
        """Every number named by its place, or those that are not zero."""
        if hint == "weight" and self.chance(0.5):
            array = np.where(self.numbers.random(array.shape) < 0.5, array, np.float32(0))
        if array.ndim == 0 or not array.any():
            return self._initializer(array, hint)
        name, places = self.fresh(hint), np.flatnonzero(array)
        indices = places if self.chance(0.5) else np.stack(np.unravel_index(places, array.shape), 1)
        self.sparse.append(helper.make_sparse_tensor(numpy_helper.from_array(array.flatten()[places], name),
                                                     numpy_helper.from_array(indices.astype(np.int64), name), array.shape))
        return name

    def _identity(self, array, hint):
        return self.compute("Identity", [self._initializer(array, hint)])

    def _joined(self, array, hint):
        if array.ndim == 0 or array.shape[0] < 2:
            return self._initializer(array, hint)
        at = self.choice.randrange(1, array.shape[0])
        parts = [self._initializer(array[:at], hint), self._initializer(array[at:], hint)]
        return self.compute("Concat", parts, axis=0)

    def _filled(self, array, hint):
        """A constant part, added to the rest."""
        if self.opset < 9:
            return self._initializer(array, hint)
        value = np.float32(0.25)
        shape = self.form_free(np.array(array.shape, np.int64))
        filled = self.compute("ConstantOfShape", [shape], value=numpy_helper.from_array(value.reshape(1), "value"))
        return self.compute("Add", [filled, self._initializer(array - value, hint)])

    # Numbers

    def normal(self, *shape, scale=1.0, mean=0.0) -> np.ndarray:
        return (mean + scale * self.numbers.standard_normal(shape)).astype(np.float32)

    def uniform(self, low, high, *shape) -> np.ndarray:
        return self.numbers.uniform(low, high, shape).astype(np.float32)
