"""Encodes picture files for these tests without an imaging library."""
import struct
import zlib


def jpeg(side):
    """Grey, side x side pixels (a multiple of 8). Each block takes two bits: DC difference 0 and end of block."""
    tables = bytes([1] + [0] * 15 + [0])  # one code, 0, for the symbol 0
    marker = lambda kind, body: b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body
    return (b"\xff\xd8" + marker(0xDB, b"\0" + bytes([1] * 64)) +
            marker(0xC0, struct.pack(">BHHB", 8, side, side, 1) + b"\x01\x11\x00") +
            marker(0xC4, b"\x00" + tables) + marker(0xC4, b"\x10" + tables) +
            marker(0xDA, b"\x01\x01\x00\x00\x3f\x00") + bytes((side // 8)**2 * 2 // 8 + 1) + b"\xff\xd9")


def jpeg_of_scans(side, scans):
    """Grey, progressive: one scan of the DC coefficients, then the given number of scans with empty blocks only."""
    marker = lambda kind, body: b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body
    table = lambda symbol: bytes([1] + [0] * 15 + [symbol])
    blocks = (side // 8)**2
    ends = bytes(((blocks >> 14) + 1) * 15 // 8 + 1)  # the symbol E0 and 14 bits: an end-of-band run of 16384 blocks
    scan = marker(0xDA, b"\x01\x01\x00\x01\x3f\x00") + ends
    return (b"\xff\xd8" + marker(0xDB, b"\0" + bytes([1] * 64)) +
            marker(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\x01\x11\x00") +
            marker(0xC4, b"\x00" + table(0)) + marker(0xC4, b"\x10" + table(0xE0)) +
            marker(0xDA, b"\x01\x01\x00\x00\x00\x00") + bytes(blocks // 8 + 1) + scan * scans + b"\xff\xd9")


def bmp(side):
    """White, 24 bits a pixel, side x side."""
    row = b"\xff" * (3 * side) + bytes(-3 * side % 4)
    head = struct.pack("<IHHIIiiHHIIiiII", 54 + side * len(row), 0, 0, 54, 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + head + row * side


def pgm(side):
    """White, side x side."""
    return b"P5 %d %d 255\n" % (side, side) + b"\xff" * side**2


def png(width, height):
    """White, one byte a pixel."""
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(b"\0" + b"\xff" * width) for _ in range(height)) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def tiff(pages, side=16, order="<", last=None):
    """White pages, uncompressed. last: offset of the next page in the last one, or "first" for a cycle."""
    out = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    link, first = 4, None
    for _ in range(pages):
        pixels = len(out)
        out += b"\xff" * side**2 + bytes(side**2 % 2)
        here = len(out)
        first = first or here
        struct.pack_into(order + "I", out, link, here)
        entries = [(256, 3, side), (257, 3, side), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, pixels), (277, 3, 1),
                   (278, 3, side), (279, 4, side**2)]
        out += struct.pack(order + "H", len(entries))
        for tag, kind, value in entries:
            out += struct.pack(order + ("HHIHH" if kind == 3 else "HHII"), *([tag, kind, 1, value] + [0] * (kind == 3)))
        link = len(out)
        out += bytes(4)
    if last is not None:
        struct.pack_into(order + "I", out, link, first if last == "first" else last)
    return bytes(out)


def big_tiff(pages, side=16):
    """White pages as BigTIFF."""
    out = bytearray(b"II+\0\x08\0\0\0" + bytes(8))
    link = 8
    for _ in range(pages):
        pixels = len(out)
        out += b"\xff" * side**2
        struct.pack_into("<Q", out, link, len(out))
        entries = [(256, 3, side), (257, 3, side), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 16, pixels), (277, 3, 1),
                   (278, 3, side), (279, 16, side**2)]
        out += struct.pack("<Q", len(entries)) + b"".join(struct.pack("<HHQQ", t, k, 1, v) for t, k, v in entries)
        link = len(out)
        out += bytes(8)
    return bytes(out)
