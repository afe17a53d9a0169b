# SPDX-License-Identifier: Apache-2.0
"""The BMP files of odd_images.py."""
import random
import struct

from odd_pixels import colours, pack

MASKS_16 = {"555": (0x7C00, 0x3E0, 0x1F), "565": (0xF800, 0x7E0, 0x1F), "444": (0xF00, 0xF0, 0xF)}
MASKS_32 = [(0xFF0000, 0xFF00, 0xFF, 0), (0xFF000000, 0xFF0000, 0xFF00, 0), (0xFF000000, 0xFF00, 0xFF, 0),
            (0xFF000000, 0xFF0000, 0xFF00, 0xFF), (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
            (0xFF0000, 0xFF00, 0xFF, 0xFF000000), (0xFF000000, 0xFF00, 0xFF, 0xFF0000), (0, 0, 0, 0)]


def bmp(width, height, bits, data, palette=(), header=40, compression=0, masks=(), colours_said=None, gap=0,
        offset=None):
    """height below 0: from the top. `gap`: bytes between the palette and the pixels."""
    said = len(palette) if colours_said is None else colours_said
    if header == 12:
        head = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 2835, 2835, said, 0)
        head = struct.pack("<I", header) + head[4:]
        within = b"".join(struct.pack("<I", mask) for mask in masks)
        head += within.ljust(header - 40, b"\0") if header > 40 else within[:12]
    table = b"".join(bytes(c[::-1]) + (b"" if header == 12 else b"\0") for c in palette)
    at = 14 + len(head) + len(table) + gap if offset is None else offset
    body = head + table + bytes(gap) + data
    return b"BM" + struct.pack("<IHHI", 14 + len(body), 0, 0, at) + body


def bmp_rows(rng, width, height, bits, below=None):
    row_bytes = (width * bits + 31) // 32 * 4
    if bits > 8:
        return rng.randbytes(row_bytes * height)
    return b"".join(pack([rng.randrange(below or 2**bits) for _ in range(width)], bits).ljust(row_bytes, b"\0")
                    for _ in range(height))


def bmps():
    rng = random.Random(2)
    for width in (1, 8, 13):
        for up in (False, True):
            height = -6 if up else 6
            for bits in (1, 4, 8):
                for known in sorted({1, 2, 2**bits // 2, 2**bits - 1, 2**bits}):
                    # Pillow misreads 4-bit greys, and 8-bit greys if there are only one or two.
                    for grey in (False, True) if bits == 1 or (bits == 8 and known > 2) else (False,):
                        rows = bmp_rows(rng, width, 6, bits)
                        yield (f"bmp_{bits}_{width}_{height}_{known}_{grey}.bmp",
                               bmp(width, height, bits, rows, colours(rng, known, grey)))
            for bits in (2, 16, 24, 32):
                yield f"bmp_{bits}_{width}_{height}.bmp", bmp(width, height, bits, bmp_rows(rng, width, 6, bits))
            for name, masks in MASKS_16.items():
                for header in (40, 56, 124):
                    yield (f"bmp_{name}_{width}_{height}_{header}.bmp",
                           bmp(width, height, 16, bmp_rows(rng, width, 6, 16), (), header, 3, masks))
            for i, masks in enumerate(MASKS_32):
                if masks[3] and width != 8:
                    continue
                for header in (56, 64, 108, 124) if masks[3] else (40, 56, 124):
                    yield (f"bmp_32_{width}_{height}_masks{i}_{header}.bmp",
                           bmp(width, height, 32, bmp_rows(rng, width, 6, 32), (), header, 3, masks))
    for bits in (1, 4, 8):
        rows, palette = bmp_rows(rng, 9, 5, bits), colours(rng, 2**bits)
        for header in (12, 40, 52, 56, 64, 108, 124, 16, 41):
            yield f"bmp_header{header}_{bits}.bmp", bmp(9, 5, bits, rows, palette, header)
        yield f"bmp_gap_{bits}.bmp", bmp(9, 5, bits, rows, palette, gap=6)
        yield f"bmp_offset0_{bits}.bmp", bmp(9, 5, bits, rows, palette, offset=0)
        yield f"bmp_offset54_{bits}.bmp", bmp(9, 5, bits, rows, palette, offset=54)
        yield f"bmp_said0_{bits}.bmp", bmp(9, 5, bits, rows, palette, colours_said=0)
        yield f"bmp_said0_short_{bits}.bmp", bmp(9, 5, bits, rows, palette[:2], colours_said=0)
        yield f"bmp_said300_{bits}.bmp", bmp(9, 5, bits, rows, palette + colours(rng, 300 - len(palette)))
        yield f"bmp_said70000_{bits}.bmp", bmp(9, 5, bits, rows, palette, colours_said=70000)
        yield f"bmp_os2_short_{bits}.bmp", bmp(9, 5, bits, rows, palette[:1], header=12)
        for cut in (1, len(rows) // 2, len(rows)):
            yield f"bmp_cut{cut}_{bits}.bmp", bmp(9, 5, bits, rows[:-cut], palette)
    for bits in (8, 16, 24, 32):
        yield f"bmp_header12_{bits}_up.bmp", bmp(9, 5, bits, bmp_rows(rng, 9, 5, bits), colours(rng, 256) if bits == 8
                                                 else (), 12)
    for compression in (4, 5, 6):
        yield f"bmp_compression{compression}.bmp", bmp(9, 5, 24, bmp_rows(rng, 9, 5, 24), (), 40, compression)
    for masks in ((0xFF0000, 0xFF00, 0xFF), (0xFF, 0xFF00, 0xFF0000)):
        yield f"bmp_24_masks{masks[0]}.bmp", bmp(9, 5, 24, bmp_rows(rng, 9, 5, 24), (), 40, 3, masks)


def rle(rng, width, height, bits, wild):
    """Run lengths for about one picture; `wild`: with skips and ends of rows or of the picture anywhere."""
    data, at, top = b"", 0, 2**bits
    value = lambda: rng.randrange(top) * (17 if bits == 4 else 1) & 255
    row = 0
    while row < height:
        kind = rng.random()
        left = width - at
        if wild and kind < 0.08:
            data += b"\0\2" + bytes([rng.randrange(3), rng.randrange(2)])
        elif wild and kind < 0.12:
            data += b"\0\0"
            row, at = row + 1, 0
        elif wild and kind < 0.13:
            break
        elif kind < 0.5 and left >= 3:
            count = min(rng.randrange(3, 12), left)
            values = [rng.randrange(top) for _ in range(count)]
            packed = pack(values, bits)
            data += bytes([0, count]) + packed + bytes(len(packed) % 2)
            at += count
        else:
            count = rng.randrange(1, 12) if wild else min(rng.randrange(1, 12), left)
            data += bytes([count, value() if bits == 8 else rng.randrange(256)])
            at += count
        if at >= width:
            row, at = row + 1, 0
            if not wild or rng.random() < 0.8:
                data += b"\0\0"
    return data + (b"\0\1" if not wild or rng.random() < 0.7 else b"")


def rle_bmps():
    rng = random.Random(3)
    for i in range(100):
        bits, wild = (4, 8)[i % 2], i % 4 >= 2
        width, height = rng.randrange(1, 30), rng.randrange(1, 12)
        known = rng.choice([2**bits, 2**bits, 2**bits // 2, 3])
        data = rle(rng, width, height, bits, wild)
        if i % 7 == 6:
            data = data[:rng.randrange(len(data))]
        yield (f"rle{bits}_{i}.bmp", bmp(width, -height if i % 5 == 4 else height, bits, data,
                                         colours(rng, known), compression=2 if bits == 4 else 1))
