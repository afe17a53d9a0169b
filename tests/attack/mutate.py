# SPDX-License-Identifier: Apache-2.0
"""Damage that passes a reader's first checks: in the structure of a file, with lengths and checksums repaired."""
import copy
import io
import json
import struct
import warnings
import zipfile
import zlib

WORDS = ["", "a", "../x", "/etc/passwd", "\x1b[31m\x07", "\u202e", "\u00e9\u4e2d", "nan", "x" * 5000, "0", "conv",
         "m0.safetensors", "\x00", "%s%n"]
NUMBERS = [0, -0.0, 1, -1, 2, 0.5, 3, 255, 256, 65535, 65536, 2**31 - 1, -2**31, 2**31, 2**32, 2**53, 2**63 - 1, -2**63, 2**64,
           1e308, -1e308, 1e-320, 1e38, 3.5e38, 1e-46]
FLOATS = [float("nan"), float("inf"), float("-inf"), 3e38, -3e38, 1e-45, -1.0, 0.0, -0.0, 1.0, 2.0, 1.0000001, 1e9]
INTEGERS = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 2**31 - 1, 2**31, 2**32 - 1]


def raw(draw, data: bytes) -> bytes:
    data = bytearray(data)
    at, length = draw.randrange(len(data) + 1), draw.choice([1, 2, 4, 8, 64, len(data)])
    way = draw.randrange(6)
    if way == 0 and data:
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    elif way == 1:
        value = struct.pack(draw.choice("<>") + draw.choice("IQ"), draw.choice(INTEGERS))
        data[at:at + len(value)] = value
    elif way == 2:
        del data[at:at + length]
    elif way == 3:
        data[at:at] = data[at:at + length]
    elif way == 4:
        data[at:at] = draw.randbytes(min(length, 64))
    else:
        del data[at:]
    return bytes(data)


def json_value(draw, depth=0):
    way = draw.randrange(7)
    if way < 3:
        return draw.choice(NUMBERS)
    if way == 3:
        return draw.choice(WORDS)
    if way == 4:
        return draw.choice([None, True, False, [], {}])
    if depth > 2:
        return 1
    if way == 5:
        return [json_value(draw, depth + 1)] * draw.choice([1, 2, 300])
    return {draw.choice(WORDS): json_value(draw, depth + 1)}


def json_tree(draw, tree):
    """Changes one value of the tree, at any depth."""
    places = []

    def walk(node):
        keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            places.append((node, key))
            walk(node[key])

    walk(tree)
    if not places:
        return json_value(draw)
    node, key = draw.choice(places)
    way = draw.randrange(8)
    if way == 0:
        del node[key]
    elif way == 1 and isinstance(node, list):
        node.insert(key, node[key])
    elif way == 1:
        node[draw.choice(WORDS)] = node.pop(key)
    elif way == 2:
        other, its_key = draw.choice(places)
        node[key] = copy.deepcopy(other[its_key])
    elif way == 3 and isinstance(node[key], (int, float)) and not isinstance(node[key], bool):
        node[key] += draw.choice([-1, 1, 1 << 20, 0.5])
    else:
        node[key] = json_value(draw)
    return tree


def json_file(draw, data: bytes) -> bytes:
    try:
        tree = json_tree(draw, json.loads(data))
    except ValueError:
        return raw(draw, data)
    text = json.dumps(tree, ensure_ascii=draw.random() < 0.5)
    if draw.random() < 0.1 and text[:1] == "{" and len(text) > 2:
        text = text[:-1] + "," + text[1:]  # every key twice
    return text.encode(errors="surrogatepass")


def safetensors(draw, data: bytes) -> bytes:
    size = struct.unpack("<Q", data[:8])[0]
    header, values = json.loads(data[8:8 + size]), bytearray(data[8 + size:])
    way = draw.randrange(4)
    graph = header.get("__metadata__", {}).get("fxe.graph")
    if way < 2 and graph:
        header["__metadata__"]["fxe.graph"] = json_file(draw, graph.encode()).decode(errors="replace")
    elif way == 2:
        header = json_tree(draw, header)
    elif len(values) >= 4:
        for _ in range(draw.choice([1, 10, 1000])):
            at = draw.randrange(len(values) // 4) * 4
            values[at:at + 4] = struct.pack("<f", draw.choice(FLOATS))
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + values


def aligned(size):
    return (size + 63) // 64 * 64


def store(draw, data: bytes) -> bytes:
    """docs/reference/store.md"""
    json_bytes, table_bytes = struct.unpack("<QQ", data[16:32])
    header = json.loads(data[32:32 + json_bytes])
    start = aligned(32 + json_bytes + table_bytes)
    text, table, blocks = data[32:32 + json_bytes], data[32 + json_bytes:32 + json_bytes + table_bytes], bytearray(data[start:])
    way = draw.randrange(5)
    if way == 0:
        text = json_file(draw, text)
    elif way == 1:
        table = raw(draw, table)
    else:
        damage_parts(draw, header, blocks)
    checked = struct.pack("<QQ", len(text), len(table)) + text + table
    checked += bytes(aligned(16 + len(checked)) - 16 - len(checked))
    return data[:12] + struct.pack("<I", zlib.crc32(checked)) + checked + blocks


def damage_parts(draw, header, blocks):
    compact = header["form"] == "compact"
    members = len(header["members"])
    row = 40 * members if compact else header["classes"] * (2 if header["form"] == "fp16" else 4)
    at, parts = 0, []
    for first in range(0, header["images"], 64):
        n = min(64, header["images"] - first)
        for payload in [36 * n] + [row * n] * (1 if compact else members):
            parts.append((at, payload))
            at += aligned(payload + 4)
    for _ in range(draw.choice([1, 3, 50])):
        begin, payload = draw.choice(parts)
        word = begin + draw.randrange(payload // 4) * 4
        value = struct.pack("<f", draw.choice(FLOATS)) if draw.random() < 0.7 else struct.pack("<I", draw.choice(INTEGERS))
        blocks[word:word + 4] = value
        end = begin + aligned(payload + 4)
        blocks[end - 4:end] = struct.pack("<I", zlib.crc32(bytes(blocks[begin:end - 4])))


def npy(draw, data: bytes) -> bytes:
    size = struct.unpack("<H", data[8:10])[0]
    header, values = data[10:10 + size], bytearray(data[10 + size:])
    if draw.random() < 0.6:
        kind, number = draw.choice([b"<f2", b">f4", b"<f8", b"|O", b"<i4", b"", b"<f99999999"]), str(draw.choice(NUMBERS)).encode()
        old, new = draw.choice([(b"<f4", kind), (b"False", b"True"), (b"(", b"(" + number + b", "), (b"4)", number + b")")])
        header = header.replace(old, new, 1)
    else:
        for _ in range(draw.choice([1, 20])):
            at = draw.randrange(len(values) // 4) * 4
            values[at:at + 4] = struct.pack("<f", draw.choice(FLOATS))
    return data[:8] + struct.pack("<H", len(header)) + header + values


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128 or shift > 63:
            return value, at


def to_varint(value):
    value &= 2**64 - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def fields(data):
    """(number, wire type, value) of a protobuf message; throws if it is not one."""
    at, found = 0, []
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind in (1, 5):
            value, at = data[at:at + (8 if kind == 1 else 4)], at + (8 if kind == 1 else 4)
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        if kind not in (0, 1, 2, 5) or at > len(data) or key < 8:
            raise ValueError
        found.append([key >> 3, kind, value])
    return found


def protobuf(draw, data: bytes, depth=0) -> bytes:
    try:
        message = fields(data)
        field = draw.choice(message)
    except (ValueError, IndexError):
        return raw(draw, data) if data else draw.randbytes(draw.choice([0, 1, 8]))
    if field[1] == 2 and depth < 8 and draw.random() < 0.85:
        field[2] = protobuf(draw, field[2], depth + 1)
    else:
        way = draw.randrange(6)
        if way == 0:
            message.remove(field)
        elif way == 1:
            message.insert(draw.randrange(len(message)), list(field))
        elif way == 2:
            field[0] = draw.randrange(1, 30)
        elif field[1] == 0:
            field[2] = draw.choice(INTEGERS + [2**63 - 1, 2**63, 2**64 - 1, field[2] + 1, field[2] - 1])
        elif field[1] == 5:
            field[2] = struct.pack("<f", draw.choice(FLOATS))
        else:
            field[2] = draw.choice(WORDS).encode()
    out = b""
    for number, kind, value in message:
        out += to_varint(number << 3 | kind)
        out += to_varint(value) if kind == 0 else to_varint(len(value)) + value if kind == 2 else value
    return out


def zip_archive(draw, data: bytes) -> bytes:
    entries = [(i.filename, zipfile.ZipFile(io.BytesIO(data)).read(i)) for i in zipfile.ZipFile(io.BytesIO(data)).infolist()]
    at = draw.randrange(len(entries))
    name, content = entries[at]
    way = draw.randrange(5)
    if way == 0:
        del entries[at]
    elif way == 1:
        entries.append((name, content))
    elif way == 2:
        entries[at] = (name + draw.choice(WORDS).replace("\0", ""), content)
    else:
        entries[at] = (name, raw(draw, content))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", draw.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that occur twice
        for entry in entries:
            archive.writestr(*entry)
    return out.getvalue()


def lines(draw, data: bytes) -> bytes:
    found = data.split(b"\n")
    at = draw.randrange(len(found))
    words = found[at].split(b" ")
    way = draw.randrange(6)
    if way == 0:
        del found[at]
    elif way == 1:
        found.insert(at, found[draw.randrange(len(found))])
    elif way == 2:
        found[at] = draw.choice(WORDS).encode()
    elif way == 3:
        words[draw.randrange(len(words))] = str(draw.choice(NUMBERS)).encode()
        found[at] = b" ".join(words)
    elif way == 4:
        found[at] += b" " + str(draw.choice(NUMBERS)).encode()
    else:
        cells = found[at].split(b",")
        cells[draw.randrange(len(cells))] = str(draw.choice(NUMBERS + ["nan", "inf", '"', ""])).encode()
        found[at] = b",".join(cells)
    return draw.choice([b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\n\xef\xbb\xbf"]).join(found)


def image(draw, data: bytes) -> bytes:
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return lines(draw, data) if data[:1] == b"P" and draw.random() < 0.5 else raw(draw, data)
    at, chunks = 8, []
    while at + 12 <= len(data):
        size = struct.unpack(">I", data[at:at + 4])[0]
        chunks.append([data[at + 4:at + 8], data[at + 8:at + 8 + size]])
        at += 12 + size
    chunk = draw.choice(chunks or [[b"IHDR", b""]])
    way = draw.randrange(5)
    if way == 0 and chunks:
        chunks.remove(chunk)
    elif way == 1 and chunks:
        chunks.insert(draw.randrange(len(chunks)), chunk)
    elif way == 2 and chunk[0] == b"IDAT":
        try:
            chunk[1] = zlib.compress(raw(draw, zlib.decompress(chunk[1])))
        except zlib.error:
            chunk[1] = b""
    else:
        chunk[1] = raw(draw, chunk[1])
    sums = [struct.pack(">I", zlib.crc32(kind + content)) for kind, content in chunks]
    return data[:8] + b"".join(struct.pack(">I", len(c)) + kind + c + s for (kind, c), s in zip(chunks, sums))


STRUCTURES = {"safetensors": safetensors, "json": json_file, "store": store, "npy": npy, "protobuf": protobuf, "zip": zip_archive,
              "lines": lines, "image": image, "raw": raw}


def mutated(draw, kind: str, data: bytes) -> bytes:
    """A copy damaged in its structure, or now and then in its bytes."""
    for _ in range(draw.choice([1, 1, 1, 2, 5])):
        change = STRUCTURES[kind] if draw.random() < 0.85 else raw
        try:
            data = change(draw, data)
        except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, NotImplementedError, EOFError, struct.error, zlib.error,
                zipfile.BadZipFile):
            data = raw(draw, data)  # an earlier change may have left another kind of file
    return data
