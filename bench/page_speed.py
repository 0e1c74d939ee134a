#!/usr/bin/python3
"""Time and memory of `lenet5 read` for whole pages on one thread, checked against the limits of docs/performance.md.

usage: bench/page_speed.py [PROGRAM] [--rounds N] [--seed N] [--data DATA] [--keep FOLDER]
example: bench/page_speed.py --rounds 3

Draws an A4 page of print with a table, one with 40 handwritten digits, both at 300 dots an inch, and pictures of ten
megapixels of noise, bars, dots or printed digits only. Reads each N (7) times, the pictures in turn, each time in a new
process. Prints the least and the median user time, the system time (most of it clears memory), and the peak memory.
The times include the start of the program, 5 ms, and the decoding of the PNG. Exits with 1 if the least user time or
the memory exceeds its limit. --keep keeps the pictures. DATA is the folder of MNIST, default: $LENET5_DATA; without it the
handwritten page is left out. Needs Debian's python3-pil, python3-numpy, fontconfig, fonts-dejavu-core and
fonts-liberation."""
import multiprocessing
import os
import statistics
import sys
import tempfile

import command_line

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
A4 = (2480, 3508)
LARGE = (4000, 2500)
WORDS = ("the quick brown fox jumps over lazy dog while seven readers of paper measure what is printed on forms and tables in every "
         "office of the world").split()
PAGE, FULL, WORST = 0.25, 0.6, 3.0  # seconds
MAX_MEMORY = 600  # MB, the limit of docs/performance.md


# ---- Pictures ----

def face(family, size):
    import paper
    found = [letter for letter in paper.fonts() if family in letter.path]
    if not found:
        sys.exit(f"{family} is missing: install fonts-dejavu-core and fonts-liberation")
    return paper.open_font(found[0], size)


def blank(size):
    from PIL import Image, ImageDraw
    picture = Image.new("L", size, 250)
    return picture, ImageDraw.Draw(picture)


def print_and_tables(rng, _):
    """21 lines of print and a table of 18 rows and 8 columns of amounts."""
    picture, pen = blank(A4)
    body, small = face("DejaVuSerif.", 42), face("LiberationSans-Regular", 40)
    for y in range(150, 1500, 64):
        line = ""
        while pen.textlength(line, font=body) < 2000:
            line += rng.choice(WORDS) + " "
        pen.text((200, y), line, font=body, fill=20)
    pen.text((200, 1560), "Table 1: amounts by month", font=body, fill=10)
    left, top, wide, high = 200, 1650, 260, 90
    for row in range(19):
        pen.line((left, top + row * high, left + 8 * wide, top + row * high), fill=30, width=4)
    for column in range(9):
        pen.line((left + column * wide, top, left + column * wide, top + 18 * high), fill=30, width=4)
    for row in range(18):
        for column in range(8):
            words = rng.choice(WORDS) if row == 0 or column == 0 else f"{rng.integers(1, 10000)}.{rng.integers(0, 100):02d}"
            pen.text((left + column * wide + 20, top + row * high + 22), words, font=small, fill=25)
    pen.text((200, 3320), "Signed in the office, page 1 of 12", font=body, fill=10)
    return picture


def forty_digits(rng, data):
    """Eight numbers of five digits by one hand."""
    import draw_pages
    import paper
    desk = draw_pages.Desk(rng, paper.Digits(data, "train"), False)
    sheet, hand = paper.Sheet(desk, *A4), paper.Hand(rng, 80)
    for i in range(8):
        sheet.write(desk.number(5), 300 + i % 2 * 1200, 500 + i // 2 * 700, hand)
    return sheet.seen().convert("L")


def squares(side):
    """Squares of ink, as large as parts of digits, on 30 % of the picture."""
    def draw(rng, _):
        import numpy as np
        from PIL import Image
        width, height = LARGE
        ink = rng.random((height // side + 1, width // side + 1)) < 0.3
        return Image.fromarray(np.where(np.kron(ink, np.ones((side, side)))[:height, :width], 0, 255).astype(np.uint8))
    return draw


def rectangles(width, height, across, down):
    def draw(_, __):
        picture, pen = blank(LARGE)
        for y in range(10, LARGE[1] - down, down):
            for x in range(10, LARGE[0] - across, across):
                pen.rectangle((x, y, x + width - 1, y + height - 1), fill=0)
        return picture
    return draw


def printed_digits(rng, _):
    picture, pen = blank(LARGE)
    mono = face("LiberationMono-Regular", 40)
    for y in range(10, LARGE[1] - 50, 50):
        pen.text((20, y), "".join(map(str, rng.integers(0, 10, 164))), font=mono, fill=20)
    return picture


KINDS = {  # the function that draws it, and its limit in seconds
    "A4, print and a table": (print_and_tables, FULL), "A4, 40 digits": (forty_digits, PAGE),
    "squares of 6 pixels": (squares(6), WORST), "squares of 12 pixels": (squares(12), WORST), "bars": (rectangles(4, 28, 12, 40), WORST),
    "dots": (rectangles(6, 6, 16, 16), WORST), "printed digits": (printed_digits, WORST)}


def draw(kind, path, seed, data):
    import numpy as np
    KINDS[kind][0](np.random.default_rng([seed, *kind.encode()]), data).save(path)


def draw_in_process(*arguments):
    """Runs in a new process, because the peak memory of a child is reported as at least its parent's."""
    child = multiprocessing.get_context("spawn").Process(target=draw, args=arguments)
    child.start()
    child.join()
    if child.exitcode:
        sys.exit(child.exitcode)


# ---- Reading ----

def read(program, path, null):
    """User seconds, system seconds and peak memory in MB."""
    files = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    child = os.posix_spawn(program, [program, "read", "--threads", "1", path], os.environ, file_actions=files)
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"{program} read {path}: exit code {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime, used.ru_stime, used.ru_maxrss / 1024


def megapixels(path):
    with open(path, "rb") as file:
        header = file.read(24)  # a PNG's
    return int.from_bytes(header[16:20], "big") * int.from_bytes(header[20:24], "big") / 1e6


def report(kind, path, rounds):
    """Prints a row of the table; returns whether the limits are kept."""
    limit = KINDS[kind][1]
    user, system, memory = zip(*rounds)
    print(f"| {kind} | {megapixels(path):.1f} | {min(user):.2f} | {statistics.median(user):.2f} | {limit} | {min(system):.2f} "
          f"| {max(memory):.0f} | {MAX_MEMORY} |")
    return min(user) <= limit and max(memory) <= MAX_MEMORY


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("program", nargs="?", default=f"{ROOT}/build/release/lenet5")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--data", default=os.environ.get("LENET5_DATA", "data"))
    parser.add_argument("--keep", help="a folder for the pictures")
    options = parser.parse_args()
    kinds = [kind for kind in KINDS if kind != "A4, 40 digits" or os.path.isdir(options.data)]
    with tempfile.TemporaryDirectory() as temporary, open(os.devnull, "w") as null:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        paths = {kind: f"{folder}/{kind.replace(',', '').replace(' ', '-')}.png" for kind in kinds}
        for kind, path in paths.items():
            draw_in_process(kind, path, options.seed, options.data)
        rounds = {kind: [] for kind in kinds}
        for _ in range(options.rounds):
            for kind, path in paths.items():
                rounds[kind].append(read(options.program, path, null.fileno()))
        print("| picture | megapixels | user s | median | limit | system s | MB | limit |\n|---|---|---|---|---|---|---|---|")
        kept = [report(kind, paths[kind], rounds[kind]) for kind in kinds]
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
