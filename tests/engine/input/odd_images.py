# SPDX-License-Identifier: Apache-2.0
"""Image files that are legal but rare, or not quite legal: what no library writes on demand. Every function yields
(name, bytes), the same in every run. What Pillow makes of them: odd_goldens.txt, by make_odd_goldens.py.

usage: odd_images.py FOLDER    writes them all"""
import pathlib
import random
import struct
import sys
import zlib

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def pack(values, depth):
    """Values below 2^depth -> bytes, the first in the high bits."""
    bits = "".join(f"{value:0{depth}b}" for value in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def colours(rng, count, grey=False):
    return [(i & 255,) * 3 if grey else tuple(rng.randrange(256) for _ in range(3)) for i in range(count)]


# PNG

def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, data, extra=b"", interlace=0, tail=b""):
    """`data`: what is in the IDAT chunk."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + extra + png_chunk(b"IDAT", data) + tail
            + png_chunk(b"IEND", b""))


def png_rows(rng, width, height, depth, channels, interlace, top_filter=4):
    """Random samples behind random filters."""
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


# BMP

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
                    # Pillow misreads greys of 4 bits, and of 8 if they are two or one.
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
    """Run lengths for about a picture; `wild`: with skips, ends of rows and of the picture anywhere."""
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


# GIF

def lzw(pixels, bits, end=True, clear_at_start=True, clear_when_full=True, clear_every=0):
    """Pixels -> GIF's codes, packed."""
    clear = 1 << bits
    out, held, count = bytearray(), 0, 0

    def put(code, size):
        nonlocal held, count
        held |= code << count
        count += size
        while count >= 8:
            out.append(held & 255)
            held >>= 8
            count -= 8

    size, table, word, written = bits + 1, {(i,): i for i in range(clear)}, (), 0
    following = clear + 2
    if clear_at_start:
        put(clear, size)
    for pixel in pixels:
        longer = word + (pixel,)
        if longer in table:
            word = longer
            continue
        put(table[word], size)
        written += 1
        if following < 4096:
            table[longer] = following
            if following == 1 << size and size < 12:
                size += 1
            following += 1
        if (following == 4096 and clear_when_full) or (clear_every and written % clear_every == 0):
            put(clear, size)
            size, table, following = bits + 1, {(i,): i for i in range(clear)}, clear + 2
        word = (pixel,)
    if word:
        put(table[word], size)
        if following == 1 << size and size < 12:  # the decoder, one entry behind, widens now
            size += 1
    if end:
        put(clear + 1, size)
    if count:
        out.append(held & 255)
    return bytes(out)


def gif(screen, frames, palette=(), background=0, trailer=b";", version=b"GIF89a"):
    """Each frame: a dict of x, y, width, height, data (of lzw()), bits, and of palette, interlace, transparent,
    disposal."""
    size = lambda table: max(len(table) - 1, 1).bit_length() - 1
    flags = 0x80 | size(palette) if palette else 0
    file = version + struct.pack("<HHBBB", *screen, flags, background, 0) + bytes(sum(palette, ()))
    for f in frames:
        if "transparent" in f or "disposal" in f:
            file += (b"!\xf9\4" + bytes([("transparent" in f) | f.get("disposal", 0) << 2, 0, 0,
                                         f.get("transparent", 0)]) + b"\0")
        local = f.get("palette", ())
        file += b"," + struct.pack("<HHHHB", f["x"], f["y"], f["width"], f["height"],
                                   (0x80 | size(local) if local else 0) | (0x40 if f.get("interlace") else 0))
        file += bytes(sum(local, ())) + bytes([f["bits"]])
        data = f["data"]
        step = f.get("step", 255)
        for i in range(0, len(data), step):
            file += bytes([len(data[i:i + step])]) + data[i:i + step]
        file += f.get("last", b"\0")
    return file + trailer


def gifs():
    rng = random.Random(4)
    for i in range(200):
        screen = rng.randrange(1, 20), rng.randrange(1, 20)
        width, height = (screen if i % 3 == 0 else (rng.randrange(1, 20), rng.randrange(1, 20)))
        x, y = (0, 0) if i % 3 == 0 else (rng.randrange(0, 8), rng.randrange(0, 8))
        bits = rng.randrange(2, 9)
        in_table = 2**rng.randrange(1, 9)
        frame = {"x": x, "y": y, "width": width, "height": height, "bits": bits, "interlace": rng.random() < 0.4,
                 "step": rng.choice([1, 7, 255])}
        palette = () if rng.random() < 0.2 else colours(rng, in_table, rng.random() < 0.2)
        if rng.random() < 0.4:  # Pillow takes greys for none, and then the screen's
            frame["palette"] = colours(rng, 2**rng.randrange(1, 9), not palette and rng.random() < 0.2)
        if rng.random() < 0.5:
            frame["transparent"] = rng.choice([0, 1, 3, 255, rng.randrange(256)])
        if rng.random() < 0.5:
            frame["disposal"] = rng.randrange(4)
        count = width * height
        odd = rng.random()
        if odd < 0.1:
            count = rng.randrange(count)
        elif odd < 0.2:
            count += rng.randrange(1, 30)
        run = rng.choice([1, 1, 5])
        pixels = [rng.randrange(2**bits) for _ in range(count // run + 1)]
        pixels = [p for p in pixels for _ in range(run)][:count]
        frame["data"] = lzw(pixels, bits, end=rng.random() < 0.9, clear_at_start=rng.random() < 0.9,
                            clear_when_full=rng.random() < 0.7, clear_every=rng.choice([0, 0, 40]))
        file = gif(screen, [frame], palette, rng.randrange(256), rng.choice([b";", b";", b"", b";more"]),
                   rng.choice([b"GIF89a", b"GIF87a"]))
        if i % 13 == 12:
            file = file[:rng.randrange(len(file))]
        yield f"gif_{i}.gif", file
    # Large ones, whose table of codes is full, with and without a clear code there.
    for i in range(4):
        pixels = [rng.randrange(64) for _ in range(150 * 90)]
        yield (f"gif_full_{i}.gif",
               gif((150, 90), [{"x": 0, "y": 0, "width": 150, "height": 90, "bits": (6, 8)[i % 2],
                                "data": lzw(pixels, (6, 8)[i % 2], clear_when_full=i < 2)}], colours(rng, 64)))
    # An animation: the first picture counts.
    frames = [{"x": k, "y": 1, "width": 5, "height": 4, "bits": 3, "transparent": 2, "disposal": 2,
               "data": lzw([rng.randrange(8) for _ in range(20)], 3)} for k in range(3)]
    yield "gif_animated.gif", gif((9, 7), frames, colours(rng, 8), 5)
    for bits in (0, 1, 9, 12, 13):
        frame = {"x": 0, "y": 0, "width": 2, "height": 2, "bits": bits, "data": b"\x44\x01\x05\xff\x00\x10"}
        yield f"gif_bits_{bits}.gif", gif((2, 2), [frame], colours(rng, 4))
    for i in range(40):  # codes at random
        frame = {"x": 0, "y": 0, "width": 6, "height": 5, "bits": 3, "interlace": i % 2,
                 "data": lzw([rng.randrange(8) for _ in range(8)], 3, end=False) +
                         bytes(rng.randrange(256) for _ in range(rng.randrange(30)))}
        yield f"gif_random_{i}.gif", gif((6, 5), [frame], colours(rng, 8))


# TGA

def tga(width, height, kind, depth, data, palette=b"", first=0, entries=0, entry_bits=0, flags=0, comment=b""):
    return (struct.pack("<BBBHHBHHHHBB", len(comment), entries > 0, kind, first, entries, entry_bits, 0, 0, width,
                        height, depth, flags) + comment + palette + data)


def tga_rle(rng, pixels, width):
    """Pixels, each some bytes -> packets, which end with their row."""
    data, at = b"", 0
    while at < len(pixels):
        count = min(rng.randrange(1, 20), width - at % width)
        if rng.random() < 0.5:
            data += bytes([count - 1]) + b"".join(pixels[at:at + count])
        else:
            data += bytes([0x80 | count - 1]) + pixels[at]
        at += count
    return data


def tgas():
    rng = random.Random(5)
    kinds = [(2, 15), (2, 16), (2, 24), (2, 32), (3, 8), (3, 16), (1, 8), (1, 16), (2, 8), (3, 24)]
    for i in range(160):
        kind, depth = kinds[i % len(kinds)]
        width, height = rng.randrange(1, 20), rng.randrange(1, 12)
        table = {}
        if kind == 1:
            bits = rng.choice([15, 16, 24, 32, 8])
            entries = rng.choice([1, 3, 200, 256])
            first = rng.choice([0, 0, 0, 5])
            table = {"first": first, "entries": entries, "entry_bits": bits,
                     "palette": bytes(rng.randrange(256) for _ in range(entries * (bits + 7 >> 3)))}
        size = (depth + 7) // 8
        value = (lambda: rng.randrange(rng.choice([3, 210, 256]))) if kind == 1 else (lambda: rng.randrange(256))
        pixels = [bytes([value()] + [rng.randrange(256) for _ in range(size - 1)]) for _ in range(width * height)]
        if i // len(kinds) % 2:
            kind |= 8
            data = tga_rle(rng, pixels, width)
        else:
            data = b"".join(pixels)
        if i % 17 == 16:
            data = data[:-rng.randrange(1, len(data) + 1)]
        elif i % 19 == 18:
            data += b"trailing"
        yield (f"tga_{kind}_{depth}_{i}.tga",
               tga(width, height, kind, depth, data, flags=rng.choice([0, 0x20, 0x20, 0x10, 0x30]),
                   comment=rng.choice([b"", b"hello"]), **table))


# PNM

def pnms():
    rng = random.Random(6)
    for maximum in (1, 7, 255, 256, 1000, 65535):
        for kind, channels in ((b"P5", 1), (b"P6", 3)):
            values = [rng.randrange(maximum + 1) for _ in range(35 * channels)]
            for over in (0, 1):
                data = b"".join(v.to_bytes(2 if maximum > 255 else 1, "big") for v in values)
                if over:
                    data = bytes(rng.randrange(256) for _ in data)
                yield f"pnm_{maximum}_{over}.{'p' + 'gp'[channels // 3] + 'm'}", kind + b" 7 5 %d\n" % maximum + data


ALL = (pngs, bmps, rle_bmps, gifs, tgas, pnms)


def main():
    for files in ALL:
        for name, data in files():
            (pathlib.Path(sys.argv[1]) / name).write_bytes(data)


if __name__ == "__main__":
    main()
