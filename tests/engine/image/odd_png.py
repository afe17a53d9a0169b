# SPDX-License-Identifier: Apache-2.0
"""The PNG files of odd_images.py."""
import random
import struct
import zlib

from odd_pixels import colours, pack

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, data, extra=b"", interlace=0, tail=b""):
    """`data`: the content of the IDAT chunk."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + extra + png_chunk(b"IDAT", data) + tail
            + png_chunk(b"IEND", b""))


def png_rows(rng, width, height, depth, channels, interlace, top_filter=4):
    """Random samples with random filters."""
    rows = b""
    for x, y, dx, dy in ADAM7 if interlace else [(0, 0, 1, 1)]:
        across, down = len(range(x, width, dx)), len(range(y, height, dy))
        if across:
            rows += b"".join(bytes([rng.randint(0, top_filter)]) + rng.randbytes((across * channels * depth + 7) // 8)
                             for _ in range(down))
    return rows


def pngs():
    rng = random.Random(1)
    for depth in (1, 2, 4, 8):  # indices past the palette
        for interlace in (0, 1):
            for known in sorted({1, 2**depth // 2, 2**depth - 1, 2**depth}):
                rows = png_rows(rng, 13, 9, depth, 1, interlace)
                extra = png_chunk(b"PLTE", bytes(sum(colours(rng, known), ())))
                if known % 2:
                    extra += png_chunk(b"tRNS", b"\0")
                yield f"png_index_{depth}_{interlace}_{known}.png", png(13, 9, depth, 3, zlib.compress(rows), extra, interlace)
    for colour, channels, depths in ((0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (4, 2, (8, 16)), (6, 4, (8, 16))):
        for depth in depths:
            for width, height in ((1, 1), (2, 3), (5, 1), (9, 10)):
                for interlace in (0, 1):
                    rows = png_rows(rng, width, height, depth, channels, interlace)
                    yield (f"png_{colour}_{depth}_{width}x{height}_{interlace}.png",
                           png(width, height, depth, colour, zlib.compress(rows), b"", interlace))
    for colour, depth in ((0, 3), (1, 8), (2, 4), (3, 16), (5, 8), (7, 8), (6, 2)):
        yield f"png_no_such_{colour}_{depth}.png", png(4, 3, depth, colour, zlib.compress(bytes(200)))
    rows = png_rows(rng, 9, 7, 8, 3, 0)
    stream = zlib.compress(rows)
    ends = {"no_sum": stream[:-4], "other_sum": stream[:-1] + bytes([stream[-1] ^ 1]), "short": stream[:-12],
            "long": zlib.compress(rows + b"more"), "behind": stream + b"more", "empty": b"",
            "cut_row": zlib.compress(rows[:-1]), "not_deflated": b"x" * 90}
    for name, data in ends.items():
        yield f"png_data_{name}.png", png(9, 7, 8, 2, data)
    yield "png_filter_5.png", png(9, 7, 8, 2, zlib.compress(b"\5" + rows[1:]))
    yield "png_two_chunks.png", png(9, 7, 8, 2, stream[:50], tail=png_chunk(b"IDAT", stream[50:]))
    yield ("png_interrupted.png",
           png(9, 7, 8, 2, stream[:50], tail=png_chunk(b"tIME", bytes(7)) + png_chunk(b"IDAT", stream[50:])))
    index_rows = zlib.compress(png_rows(rng, 9, 7, 8, 1, 0, 0))
    table = bytes(sum(colours(rng, 256), ()))
    yield "png_two_palettes.png", png(9, 7, 8, 3, index_rows, png_chunk(b"PLTE", table) + png_chunk(b"PLTE", table[::-1]))
    yield "png_palette_of_257.png", png(9, 7, 8, 3, index_rows, png_chunk(b"PLTE", table + b"abc"))
    yield "png_palette_of_10_bytes.png", png(9, 7, 8, 3, index_rows, png_chunk(b"PLTE", table[:10]))
    yield "png_grey_with_palette.png", png(9, 7, 8, 0, index_rows, png_chunk(b"PLTE", table))
    for i, values in enumerate(([0, 1, 127, 128, 254, 255, 256, 257, 1000, 32768, 65280, 65535],
                                [rng.randrange(300) for _ in range(12)])):
        rows = b"".join(b"\0" + b"".join(v.to_bytes(2, "big") for v in values[y:y + 4]) for y in (0, 4, 8))
        for transparent in (0, 1):
            extra = png_chunk(b"tRNS", values[3].to_bytes(2, "big")) if transparent else b""
            yield f"png_grey_16_{i}_{transparent}.png", png(4, 3, 16, 0, zlib.compress(rows), extra)
