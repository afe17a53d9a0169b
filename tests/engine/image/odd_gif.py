# SPDX-License-Identifier: Apache-2.0
"""The GIF files of odd_images.py."""
import random
import struct

from odd_pixels import colours, pack


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
        if following == 1 << size and size < 12:  # the decoder is one entry behind and widens now
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
        if rng.random() < 0.4:  # Pillow ignores a palette of greys and takes the screen's
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
    # Large pictures, which fill the table of codes, with and without a clear code then.
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
