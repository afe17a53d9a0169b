#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes goldens.inc: what OpenCV's dnn module computes for the caffemodels of peer_test.cpp.

usage: make_goldens.py FOLDER CAFFE_PROTO > goldens.inc
FOLDER: NAME.caffemodel and NAME.f32, the image, as FXE_CAFFE_CASES=FOLDER test_weights_converter
        --gtest_filter='CaffePeer.*' writes them
CAFFE_PROTO: Caffe's own caffe.proto. OpenCV needs the net's description as text; protoc makes it from the caffemodel, so
the field numbers are Caffe's, not those of weights_converter/caffe/caffe.proto.
"""
import pathlib
import re
import subprocess
import sys

import cv2
import numpy as np


LAYER, BLOBS, LENGTH_DELIMITED = 100, 7, 2


def varint(data: memoryview, at: int) -> tuple:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def fields(data: memoryview):
    """(number, whole field, content or None) of a protobuf message."""
    at = 0
    while at < len(data):
        begin = at
        key, at = varint(data, at)
        content = None
        if key & 7 == LENGTH_DELIMITED:
            size, at = varint(data, at)
            content = data[at:at + size]
            at += size
        else:
            at = varint(data, at)[1] if key & 7 == 0 else at + {1: 8, 5: 4}[key & 7]
        yield key >> 3, data[begin:at], content


def encoded(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def without_weights(net: memoryview) -> bytes:
    out = b""
    for number, whole, content in fields(net):
        if number == LAYER:
            layer = b"".join(bytes(w) for n, w, _ in fields(content) if n != BLOBS)
            whole = encoded(LAYER << 3 | LENGTH_DELIMITED) + encoded(len(layer)) + layer
        out += bytes(whole)
    return out


def description(model: pathlib.Path, proto: pathlib.Path) -> str:
    """The caffemodel as text, without its weights."""
    return subprocess.run(["protoc", "--decode=caffe.NetParameter", f"-I{proto.parent}", proto.name],
                          input=without_weights(memoryview(model.read_bytes())), stdout=subprocess.PIPE,
                          check=True).stdout.decode()


def main() -> None:
    folder, proto = map(pathlib.Path, sys.argv[1:])
    print("// SPDX-License-Identifier: Apache-2.0")
    print(f"// Made by make_goldens.py with OpenCV {cv2.__version__}.")
    for model in sorted(folder.glob("*.caffemodel")):
        text = description(model, proto.resolve())
        shape = [int(size) for size in re.findall(r"dim: (\d+)", text)[:4]]
        text = re.sub(r'^layer \{\n  name: "prob".*?^\}\n', "", text, flags=re.M | re.S)  # the logits before it
        net = cv2.dnn.readNetFromCaffe(text.encode(), model.read_bytes())
        net.enableWinograd(False)  # its intermediate values are not sums of products
        image = np.fromfile(folder / (model.stem + ".f32"), np.float32)
        net.setInput(image.reshape(shape))
        logits = ", ".join(f"{float(v):.9e}f" for v in net.forward().ravel())
        print(f'{{"{model.stem}", {{{logits}}}}},')


if __name__ == "__main__":
    main()
