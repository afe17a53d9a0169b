# SPDX-License-Identifier: Apache-2.0
"""Files before and after a run: which ones are broken, lost or left over."""
import ast
import json
import math
import pathlib
import shutil
import struct
import zlib

from mutate import aligned


def content(folder: pathlib.Path):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.is_symlink()}


def restore(folder: pathlib.Path, wanted, now=None):
    """Makes the folder hold exactly these files."""
    now = content(folder) if now is None else now
    for name in now.keys() - wanted.keys():
        (folder / name).unlink()
    for name, data in wanted.items():
        if now.get(name) != data:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
    for path in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()


def is_temporary(name: str) -> bool:
    return name.endswith(".fxe-tmp")


def is_store_whole(data: bytes) -> bool:
    json_bytes, table_bytes = struct.unpack("<QQ", data[16:32])
    header = json.loads(data[32:32 + json_bytes])
    at = aligned(32 + json_bytes + table_bytes)
    if zlib.crc32(data[16:at]) != struct.unpack("<I", data[12:16])[0]:
        return False
    members, compact = len(header["members"]), header["form"] == "compact"
    row = 40 * members if compact else header["classes"] * (2 if header["form"] == "fp16" else 4)
    for first in range(0, header["images"], 64):
        n = min(64, header["images"] - first)
        for payload in [36 * n] + [row * n] * (1 if compact else members):
            end = at + aligned(payload + 4)
            if end > len(data) or zlib.crc32(data[at:end - 4]) != struct.unpack("<I", data[end - 4:end])[0]:
                return False
            at = end
    return at == len(data)


def is_whole(name: str, data: bytes) -> bool:
    """Of a file under its final name. Options send any output to any name: its first bytes say what it is."""
    if data[:8] == b"FXESTORE":
        return is_store_whole(data)
    if not name.endswith((".json", ".safetensors", ".csv", ".svg", ".png")):
        return True
    if data[:1] in (b"{", b"["):
        return isinstance(json.loads(data.decode(errors="replace")), (dict, list))
    if data[:6] == b"\x93NUMPY":
        begin = 10 + struct.unpack("<H", data[8:10])[0]
        return len(data) == begin + 4 * math.prod(ast.literal_eval(data[10:begin].decode())["shape"])
    if data[:4] == b"\x89PNG":
        return data.endswith(b"IEND\xaeB\x60\x82")
    if data[:1] == b"<":
        return data.rstrip().endswith(b"</svg>")
    if data[8:9] == b"{":  # safetensors, whose headers are padded to 8 bytes: no size begins like JSON
        size = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + size])
        return len(data) == 8 + size + max([t["data_offsets"][1] for k, t in header.items() if k != "__metadata__"], default=0)
    return data.endswith(b"\n")


def problems(before, after, may_change, killed=False):
    """(what, text): files that the run broke or lost and, unless it was killed, files that it left behind."""
    found = []
    for name in before.keys() - after.keys():
        if name not in may_change and not is_temporary(name):
            found.append(("files", f"{name} is gone"))
    for name, data in after.items():
        if before.get(name) == data:
            continue
        if is_temporary(name):
            if not killed:
                found.append(("left", f"{name} is left"))
            continue
        if name.endswith(".partial"):
            continue
        if name in before and name not in may_change:
            found.append(("files", f"{name} was changed"))
        try:
            whole = is_whole(name, data) or (killed and name == "t.csv" and not data)  # with which the next run begins
        except (ValueError, KeyError, IndexError, SyntaxError, struct.error):
            whole = False
        if not whole:
            found.append(("files", f"{name} is broken ({len(data)} bytes)"))
    return found


def save(folder: pathlib.Path, files):
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
