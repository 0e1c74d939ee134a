#!/usr/bin/python3
"""False acceptances of `lenet5 read` on paper without handwriting.

usage: bench/empty.py [PROGRAM] [--count N] [--seed N] [--kinds KIND,KIND] [--keep FOLDER]
example: bench/empty.py --count 100 --keep build/empty

Draws N (2,000) pictures with draw_pages.py --blank, the same number of each kind: grids, rows of boxes, combs, dashes,
circles, frames, tables, envelopes with an address, cheques of patterned paper, registers, exam sheets, forms, printed
labels, and photographs of some. Counts the pictures with an accepted answer, by kind, and names them; --keep keeps
them. Kinds with a format of their own are read without it. Needs no data."""
import os
import shutil
import tempfile

import command_line
import draw_pages
import pages

KINDS = ("grid", "joined", "apart", "comb", "dashes", "circles", "frame", "table thin", "table thick", "table dotted", "table grey",
         "envelope", "cheque", "register", "exam", "form", "label", "currency", "two inks", "photo")
AT_ONCE = 100  # pictures on disk at a time


def offenders(options, folder, kind, numbers):
    """The pictures of a kind that have an accepted answer: number and strings."""
    truth = []
    for number in numbers:
        picture, row = draw_pages.draw(kind, draw_pages.seeded(kind, options.seed, number), None, blank=True)
        row.update(file=f"{kind.replace(' ', '-')}-{number:04d}.png", options=[], number=number)
        picture.save(f"{folder}/{row['file']}", compress_level=1)
        truth.append(row)
    answers = pages.read_all(options.program, folder, truth)
    for row in truth:
        accepted = [line["string"] for line in answers[row["file"]] if line["decision"] == "accepted"]
        if accepted:
            if options.keep:
                shutil.copy(f"{folder}/{row['file']}", options.keep)
            yield row["number"], accepted


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("program", nargs="?", default=f"{pages.ROOT}/build/release/lenet5")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--keep", help="a folder that keeps the pictures with an accepted answer")
    options = parser.parse_args()
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
    kinds, found, drawn = options.kinds.split(","), [], 0
    print("| empty | pictures | with anything accepted |\n|---|---|---|")
    for place, kind in enumerate(kinds):
        count = options.count // len(kinds) + (place < options.count % len(kinds))
        here = []
        for first in range(0, count, AT_ONCE):
            with tempfile.TemporaryDirectory() as folder:
                here += offenders(options, folder, kind, range(first, min(first + AT_ONCE, count)))
        print(f"| {kind} | {count} | {len(here)} |", flush=True)
        found += [(kind, *one) for one in here]
        drawn += count
    print(f"| all | {drawn} | {len(found)} |")
    for kind, number, strings in found:
        print(f"{kind}, seed {options.seed}, number {number}: {' '.join(strings)}")


if __name__ == "__main__":
    main()
