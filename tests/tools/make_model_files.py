#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes zip.pth and legacy.pth from the tensors of FOLDER/net.safetensors; ema.pth from these and others, which are also in
average.pth; and FOLDER/net.onnx, a small seeded network.

usage: make_model_files.py FOLDER
"""
import json
import pathlib
import struct
import sys

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper


def read_safetensors(path: pathlib.Path) -> dict:
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            assert entry["dtype"] == "F32"
            values = numpy.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors


def write_safetensors(path: pathlib.Path, tensors: dict) -> None:
    header, payload = {}, b""
    for name, values in tensors.items():
        begin, payload = len(payload), payload + values.numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [begin, len(payload)]}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + payload)


def small_onnx() -> onnx.ModelProto:
    random = numpy.random.default_rng(1)
    weights = {
        "conv.w": random.normal(0, 0.3, (16, 3, 3, 3)),
        "conv.b": random.normal(0, 0.1, 16),
        "fc.w": random.normal(0, 0.7, (10, 16)),
        "fc.b": random.normal(0, 0.1, 10),
    }
    nodes = [
        helper.make_node("Conv", ["image", "conv.w", "conv.b"], ["a"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("GlobalAveragePool", ["b"], ["c"]),
        helper.make_node("Flatten", ["c"], ["d"]),
        helper.make_node("Gemm", ["d", "fc.w", "fc.b"], ["logits"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 10])],
        [numpy_helper.from_array(values.astype(numpy.float32), name) for name, values in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    tensors = read_safetensors(folder / "net.safetensors")
    torch.save({"state_dict": tensors, "epoch": 3}, folder / "zip.pth")
    average = {name: values + 0.01 for name, values in tensors.items()}
    torch.save({"state_dict": tensors, "state_dict_ema": average}, folder / "ema.pth")
    torch.save({"state_dict": average}, folder / "average.pth")
    torch.save(tensors, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"state_dict": {f"module.{name}": values for name, values in tensors.items()}, "epoch": 3}, folder / "ddp.pth")
    onnx.save(small_onnx(), str(folder / "net.onnx"))
    onnx.save_model(small_onnx(), str(folder / "external.onnx"), save_as_external_data=True, location="external.bin",
                    size_threshold=0)
    (folder / "sharded").mkdir()
    names = sorted(tensors)
    shards = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for shard, part in shards.items():
        write_safetensors(folder / "sharded" / shard, {name: tensors[name] for name in part})
    index = {"metadata": {}, "weight_map": {name: shard for shard, part in shards.items() for name in part}}
    (folder / "sharded" / "model.safetensors.index.json").write_text(json.dumps(index))
    return 0


if __name__ == "__main__":
    sys.exit(main())
