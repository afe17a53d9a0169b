#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what Pillow and torchvision make of images: one line per case, with the CRC-32 of the result.

usage: pillow_peer.py OUT_FOLDER [PHOTOS_FOLDER]

Without PHOTOS_FOLDER it writes images of its own into OUT_FOLDER, in every format and with awkward sizes.
Fields are separated by tabs; the cases are in OUT_FOLDER/cases.txt:
    decode      path  width  height  crc of the RGB bytes
    resize      path  width  height  filter  crc of the RGB bytes  Pillow's version, the whole number
    preprocess  path  preset as JSON  crc of the float32 planes
"""
import json
import pathlib
import struct
import sys
import zlib

import numpy as np
import PIL
from PIL import Image

try:
    from torchvision.transforms import functional as transforms
    from torchvision.transforms import InterpolationMode
except ImportError:
    transforms = None

FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
IMAGENET = {"channels": "rgb", "scale": 1 / 255, "mean": MEAN, "std": STD}
CAFFE = {"channels": "bgr", "scale": 1.0, "mean": [104, 117, 123], "std": [1, 1, 1]}

# Both filters, squash and shorter side, down and up, odd and even crop margins, a crop larger than the image.
PIPELINES = [
    (256, "shorter", "bilinear", 224, IMAGENET),
    (235, "shorter", "bicubic", 224, IMAGENET),
    (227, "both", "bilinear", 227, CAFFE),
    ([192, 200], "both", "bicubic", [191, 160], IMAGENET),
    (233, "shorter", "bicubic", [224, 225], CAFFE),
    (97, "shorter", "bilinear", 128, IMAGENET),
    (None, "none", "bilinear", 225, IMAGENET),
]
PILLOW = int(PIL.__version__.split(".")[0])
SIZES = [(224, 224), (256, 171), (500, 333), (37, 640), (129, 64), (300, 17), (3, 3)]


def crc(array) -> str:
    return f"{zlib.crc32(np.ascontiguousarray(array).tobytes()):08x}"


def pair(value):
    return value if isinstance(value, list) else [value, value]


def pixels_of_network(image, to, side, filter_name, crop):
    if side != "none":
        mode = InterpolationMode.BICUBIC if filter_name == "bicubic" else InterpolationMode.BILINEAR
        image = transforms.resize(image, pair(to) if side == "both" else to, mode)
    return np.asarray(transforms.center_crop(image, pair(crop)))


def normalised(pixels, values):
    if values["channels"] == "bgr":
        pixels = pixels[:, :, ::-1]
    x = (pixels.astype(np.float64) * values["scale"] - np.array(values["mean"], np.float64)) / values["std"]
    return x.transpose(2, 0, 1).astype(np.float32)


def check_against_totensor(pixels, values):
    """The double-precision formula is torchvision's ToTensor + Normalize up to the rounding of fp32."""
    if values is not IMAGENET:
        return
    tensor = transforms.normalize(transforms.to_tensor(np.ascontiguousarray(pixels)), MEAN, STD).numpy()
    # Three roundings of values below 1, divided by at least 0.224, and the last one of a result below 4.
    bound = 3 * 2**-24 / 0.224 + 4 * 2**-24
    assert np.abs(tensor - normalised(pixels, values)).max() <= bound


def cases_of(path, number, every):
    with Image.open(path) as file:
        image = file.convert("RGB")
    yield "decode", path, *image.size, crc(np.asarray(image))
    random = np.random.RandomState(number)
    sizes = [*SIZES, *(tuple(random.randint(1, 400, 2).tolist()) for _ in range(12))] if every else [SIZES[number % len(SIZES)]]
    for size in sizes:
        for name in FILTERS if every else [list(FILTERS)[(number // len(SIZES) + number) % 2]]:
            yield "resize", path, *size, name, crc(np.asarray(image.resize(size, FILTERS[name]))), PILLOW
    if transforms is None:
        return
    chosen = range(len(PIPELINES)) if every else [number % len(PIPELINES), (number + 3) % len(PIPELINES)]
    for i in chosen:
        to, side, filter_name, crop, values = PIPELINES[i]
        # Some sizes are impossible: the long side of a line of pixels, scaled up.
        if side == "shorter" and max(image.size) * to // min(image.size) > 5000:
            continue
        pixels = pixels_of_network(image, to, side, filter_name, crop)
        check_against_totensor(pixels, values)
        resize = {"side": "none"} if side == "none" else {"to": to, "side": side, "filter": filter_name,
                                                                     "pillow": 13 if PILLOW >= 13 else 12}
        preset = json.dumps({"resize": resize, "crop": crop, **values})
        yield "preprocess", path, preset, crc(normalised(pixels, values))


def picture(width, height, seed):
    """Partly smooth, partly noisy, so that every rounding occurs."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width]
    smooth = np.stack([x * 255 / max(width - 1, 1), y * 255 / max(height - 1, 1), (x + y) % 256], -1)
    noise = random.randint(0, 256, (height, width, 3))
    return Image.fromarray(np.where((x // 16 + y // 16)[..., None] % 2 == 0, smooth, noise).astype(np.uint8))


def write_sizes(folder):
    sizes = [(1, 1), (1, 7), (7, 1), (1, 300), (300, 1), (3, 5), (31, 33), (33, 31), (224, 225), (225, 224),
             (227, 226), (223, 223), (100, 300), (500, 37), (341, 256), (256, 341), (257, 333)]
    for i, (width, height) in enumerate(sizes):
        path = folder / f"size_{width}x{height}.ppm"
        picture(width, height, i).save(path)
        yield path


def write_formats(folder):
    colour = picture(61, 47, 100)
    grey, palette = colour.convert("L"), colour.convert("P", palette=Image.ADAPTIVE, colors=200)
    alpha = colour.copy()
    alpha.putalpha(grey)
    wide = Image.fromarray((np.asarray(grey).astype(np.uint16) * 257))
    saved = {
        "grey.pgm": grey, "colour.ppm": colour,
        "grey.png": grey, "colour.png": colour, "palette.png": palette, "bits.png": colour.convert("1"),
        "alpha.png": alpha, "grey_alpha.png": alpha.convert("LA"),
        "palette_4.png": colour.convert("P", palette=Image.ADAPTIVE, colors=13),
        "grey.bmp": grey, "colour.bmp": colour, "palette.bmp": palette, "bits.bmp": colour.convert("1"),
        "alpha.bmp": alpha, "palette.gif": palette, "grey.gif": grey,
        "grey.tga": grey, "colour.tga": colour, "alpha.tga": alpha, "palette.tga": palette,
    }
    for name, image in saved.items():
        image.save(folder / name)
        yield folder / name
    for name, image in {"grey_rle.tga": grey, "colour_rle.tga": colour}.items():
        image.save(folder / name, compression="tga_rle")
        yield folder / name
    interlaced = folder / "interlaced.gif"
    colour.convert("P", palette=Image.ADAPTIVE).save(interlaced, interlace=1)
    yield interlaced
    flat = folder / "flat_{}.{}"  # the smallest files of so many pixels
    for ending, mode in (("png", "1"), ("png", "P"), ("gif", "P"), ("jpg", "L")):
        path = pathlib.Path(str(flat).format(mode, ending))
        Image.new(mode, (1800, 1700), 0).save(path, optimize=True, progressive=True)
        yield path
    for maximum in (1, 15, 100, 254):
        path = folder / f"largest_{maximum}.ppm"
        values = (np.asarray(colour).astype(int) * maximum // 255).astype(np.uint8)
        path.write_bytes(b"P6 # values up to\n61 47\n%d\n" % maximum + values.tobytes())
        yield path


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, rows, extra=b"", interlace=0):
    """A PNG of packed rows, which Pillow cannot write."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def rows_of(samples, depth=8):
    """[height, width * channels] -> unfiltered rows with `depth` bits a sample."""
    rows = []
    for row in samples:
        if depth == 16:
            data = row.astype(">u2").tobytes()
        elif depth == 8:
            data = row.astype(np.uint8).tobytes()
        else:
            bits = np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - depth:]
            data = np.packbits(bits.reshape(-1)).tobytes()
        rows.append(b"\0" + data)
    return b"".join(rows)


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def write_odd_pngs(folder):
    colour = np.asarray(picture(61, 47, 400))
    height, width, _ = colour.shape
    grey = colour[:, :, 0]
    wide = colour.astype(int) * 257 + 3
    flat = lambda samples: samples.reshape(height, -1)
    alpha = lambda samples: np.concatenate([samples, np.roll(samples[:, :, :1], 5, 1)], -1)
    palette = np.random.RandomState(1).randint(0, 256, (256, 3)).astype(np.uint8)
    files = {
        "rgb_16": png(width, height, 16, 2, rows_of(flat(wide), 16)),
        "rgba_16": png(width, height, 16, 6, rows_of(flat(alpha(wide)), 16)),
        "grey_alpha_16": png(width, height, 16, 4, rows_of(flat(alpha(wide[:, :, :1])), 16)),
        "rgb_transparent": png(width, height, 8, 2, rows_of(flat(colour)),
                               chunk(b"tRNS", colour[3, 4].astype(">u2").tobytes())),
        "grey_transparent": png(width, height, 8, 0, rows_of(grey), chunk(b"tRNS", struct.pack(">H", grey[3, 4]))),
        "adam7": png(width, height, 8, 2, b"".join(rows_of(colour[y::dy, x::dx].reshape(len(colour[y::dy]), -1))
                                                   for x, y, dx, dy in ADAM7), interlace=1),
        "gamma": png(width, height, 8, 2, rows_of(flat(colour)), chunk(b"gAMA", struct.pack(">I", 100000))),
    }
    for depth in (1, 2, 4, 8):
        files[f"grey_{depth}"] = png(width, height, depth, 0, rows_of(grey >> (8 - depth), depth))
        colours = chunk(b"PLTE", palette[:2**depth].tobytes())
        files[f"palette_transparent_{depth}"] = png(width, height, depth, 3, rows_of(grey >> (8 - depth), depth),
                                                    colours + chunk(b"tRNS", b"\0\x80"))
    for name, data in files.items():
        path = folder / f"odd_{name}.png"
        path.write_bytes(data)
        yield path


def write_animations(folder):
    frames = [picture(61, 47, seed) for seed in (500, 501, 502)]
    for ending in ("gif", "png"):
        path = folder / f"animated.{ending}"
        frames[0].save(path, save_all=True, append_images=frames[1:])
        yield path
    path = folder / "transparent.gif"
    frames[0].convert("P", palette=Image.ADAPTIVE, colors=50).save(path, transparency=7)
    yield path


def write_wide_bmps(folder):
    """16 bits per pixel, which Pillow cannot write: every value of every channel, in both layouts."""
    width, height = 65, 47  # rows of an odd number of pixels end in padding
    values = np.random.RandomState(7).permutation(np.arange(65536))[:width * height].astype("<u2")
    rows = np.pad(values.reshape(height, width), ((0, 0), (0, 1))).tobytes()
    for name, masks in (("555", b""), ("555_said", struct.pack("<III", 0x7C00, 0x3E0, 0x1F)),
                        ("565", struct.pack("<III", 0xF800, 0x7E0, 0x1F))):
        at = 54 + len(masks)
        head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 16, 3 if masks else 0, len(rows), 2835, 2835, 0, 0)
        path = folder / f"bits16_{name}.bmp"
        path.write_bytes(b"BM" + struct.pack("<IHHI", at + len(rows), 0, 0, at) + head + masks + rows)
        yield path


def write_disguises(folder):
    """Names and headers that must not be believed or acted on."""
    colour = picture(61, 47, 600)
    path = folder / "png_inside.JPEG"
    colour.save(path, format="PNG")
    yield path
    path = folder / "bmp_inside.png"
    colour.save(path, format="BMP")
    yield path
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn, which convert("RGB") ignores
    path = folder / "exif.jpg"
    colour.save(path, exif=exif.tobytes())
    yield path
    for maximum in (256, 1000, 65535):
        path = folder / f"wide_{maximum}.ppm"
        values = (np.asarray(colour).astype(int) * 257 * maximum // 65535).astype(">u2")
        path.write_bytes(b"P6 61 47 %d\n" % maximum + values.tobytes())
        yield path


def write_jpegs(folder):
    colour = picture(61, 47, 200)
    cases = {"grey": (colour.convert("L"), {})}
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        cases[f"rgb_{name}"] = (colour, {"subsampling": sampling})
        cases[f"rgb_{name}_progressive"] = (colour, {"subsampling": sampling, "progressive": True})
    cases["grey_progressive"] = (colour.convert("L"), {"progressive": True})
    cases["low_quality"] = (colour, {"quality": 5})
    cases["optimized"] = (colour, {"optimize": True, "quality": 95})
    cmyk = Image.merge("CMYK", [*colour.split(), colour.convert("L").rotate(180)])
    cases["cmyk"] = (cmyk, {"quality": 90})
    for name, (image, options) in cases.items():
        path = folder / f"{name}.jpg"
        image.save(path, **options)
        yield path
    # Without Adobe's marker (APP14), Pillow still takes CMYK as inverted.
    data = (folder / "cmyk.jpg").read_bytes()
    at = data.index(b"\xff\xee")
    path = folder / "cmyk_plain.jpg"
    path.write_bytes(data[:at] + data[at + 2 + int.from_bytes(data[at + 2:at + 4], "big"):])
    yield path
    # Garbage between the data and the end marker is tolerated.
    path = folder / "garbage_at_end.jpg"
    path.write_bytes((folder / "rgb_420.jpg").read_bytes() + b"\0more")
    yield path


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    if len(sys.argv) > 2:
        paths = sorted(p for p in pathlib.Path(sys.argv[2]).rglob("*") if p.is_file())
    else:
        given = sorted((out / "given").glob("*"))  # kinds of files that Pillow cannot write
        paths = [*write_sizes(out), *write_formats(out), *write_jpegs(out), *write_odd_pngs(out),
                 *write_animations(out), *write_wide_bmps(out), *write_disguises(out), *given]
    with open(out / "cases.txt", "w") as file:
        for number, path in enumerate(paths):
            every = path.name.startswith("size_")
            for case in cases_of(path, number, every):
                print(*case, sep="\t", file=file)


if __name__ == "__main__":
    main()
