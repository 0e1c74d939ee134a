#!/usr/bin/python3
"""False acceptances of `lenet5 read` on strings with a sign, a letter or a Hangul syllable in or beside the digits.

usage: bench/signs.py [PROGRAM] [--data DATA] [--count N] [--seed N] [--digits train|test] [--keep FOLDER]
example: bench/signs.py --count 100 --keep build/signs

Draws N (2,000) strings of none to five digits with one or two other characters at any place. "print": all in one of
Debian's fonts; "mixed": handwritten digits, the rest printed; "pen": handwritten digits, the rest as strokes. Marks are
those that `lenet5 read` reports: . , : - / = + ( ). "Accepted and wrong": an accepted answer without the right digits
and marks; with a letter or a syllable, any accepted answer. "Digits alone": how many of these are the digits without
the other character. Letters that people take for digits (listed by not_digits.py) are counted separately and excluded
from the last row but one. Signs other than marks may be missing from the answer, but only at an end. DATA is the folder
of MNIST; default: $LENET5_DATA. Needs fonts as paper.py does; without fonts-noto-cjk printed Hangul is left out."""
import collections
import os
import shutil
import tempfile

import command_line
import draw_pages
import pages
import paper
import strokes
from not_digits import LETTERS, LIKE_DIGITS

SIGNS = "?!#$€£%&*@<>~§\"'"
PENNED = {"mark": tuple(strokes.MARKS), "sign": tuple(strokes.SIGNS), "letter": tuple(strokes.LETTERS), "Hangul": tuple(strokes.HANGUL)}
PRINTED = {"mark": tuple(strokes.MARKS), "sign": tuple(SIGNS), "letter": tuple(LETTERS), "Hangul": tuple(chr(0xAC00 + 37 * i) for i in range(300))}
TECHNIQUES = ("print", "mixed", "pen")
BATCH = 100


def compose(rng, others):
    """A string of digits and others, and the positions of the others."""
    digits = [str(digit) for digit in rng.integers(0, 10, rng.choice((0, 1, 2, 2, 3, 3, 4, 5)))]
    for _ in range(rng.choice((1, 1, 1, 2)) if digits else rng.choice((1, 2, 3))):
        place = rng.choice((0, len(digits), rng.integers(len(digits) + 1)))
        digits.insert(place, others[rng.integers(len(others))])
    return "".join(digits)


def kind_of(kind, string):
    like = kind == "letter" and any(character in LIKE_DIGITS for character in string)
    return "letter like a digit" if like else kind


def right_answers(kind, string):
    """The answers that count as right."""
    if kind == "mark":
        return {string} if any(character.isdigit() for character in string) else set()
    if kind != "sign":
        return set()
    bare = string.strip("".join(set(SIGNS) | set(strokes.SIGNS)))
    return {bare} if bare.isdigit() else set()


def put(sheet, technique, kind, string, hand, x, base):
    """Draws the string on the sheet."""
    face = paper.font(sheet.rng, int(hand.size * 1.3), kind == "Hangul")
    if technique == "print":
        sheet.text(x, base, string, 0, face)
        return
    for character in string:
        if character.isdigit() or technique == "pen":
            right = sheet.character(character, x, base, hand)[2]
        else:
            right = sheet.text(x, base, character, 0, face, "pen")[2]
        x = right + max(2, hand.gap * hand.size * sheet.rng.uniform(0.5, 1))


def draw(rng, digits, technique, kind):
    """A random string and its picture."""
    string = compose(rng, (PENNED if technique == "pen" else PRINTED)[kind])
    desk = draw_pages.Desk(rng, digits, False)
    hand = desk.hand(26, 70)
    sheet = paper.Sheet(desk, hand.size * (1.5 * len(string) + rng.uniform(2.5, 5)), hand.size * rng.uniform(2.6, 5))
    put(sheet, technique, kind, string, hand, hand.size, sheet.height * 0.6)
    return paper.picture(rng, sheet)[0], string


def draw_batch(options, digits, folder, numbers):
    """Writes pictures to a folder; returns (file, technique, kind, string) of each."""
    kinds = [kind for kind in PRINTED if kind != "Hangul" or paper.fonts(True)]
    jobs = [(technique, kind) for technique in TECHNIQUES for kind in (PENNED if technique == "pen" else kinds)]
    rows = []
    for number in numbers:
        technique, kind = jobs[number % len(jobs)]
        picture, string = draw(draw_pages.seeded(technique + kind, options.seed, number), digits, technique, kind)
        rows.append({"file": f"{number:05d}.png", "options": [], "technique": technique, "kind": kind, "string": string})
        picture.save(f"{folder}/{rows[-1]['file']}", compress_level=1)
    return rows


def judge(row, lines):
    """Whether an answer is accepted, is wrong, and is the digits alone; and the answer."""
    accepted = " ".join(line["string"] for line in lines if line["decision"] == "accepted")
    wrong = bool(accepted) and accepted not in right_answers(row["kind"], row["string"])
    bare = "".join(character for character in row["string"] if character.isdigit())
    return collections.Counter(strings=1, accepted=bool(accepted), wrong=wrong, alone=wrong and accepted == bare), accepted


def print_row(name, counts):
    low, high = map(abs, pages.interval(counts["wrong"], counts["strings"])) if counts["strings"] else (0, 0)
    print("| %s | %d | %s | %s | %.1f to %.1f | %d |" % (
        name, counts["strings"], pages.per_cent(counts["accepted"], counts["strings"]),
        pages.per_cent(counts["wrong"], counts["strings"]), low, high, counts["alone"]))


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("program", nargs="?", default=f"{pages.ROOT}/build/release/lenet5")
    parser.add_argument("--data", default=os.environ.get("LENET5_DATA", "data"))
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--digits", choices=("train", "test"), default="train")
    parser.add_argument("--keep", help="a folder that keeps the pictures with a wrong accepted answer")
    options = parser.parse_args()
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
    if not paper.fonts(True):
        print("skipped: printed Hangul; fonts-noto-cjk is not installed")
    digits, counts, found = paper.Digits(options.data, options.digits), collections.defaultdict(collections.Counter), []
    for first in range(0, options.count, BATCH):
        with tempfile.TemporaryDirectory() as folder:
            rows = draw_batch(options, digits, folder, range(first, min(first + BATCH, options.count)))
            answers = pages.read_all(options.program, folder, rows)
            for row in rows:
                count, accepted = judge(row, answers[row["file"]])
                counts[kind_of(row["kind"], row["string"]), row["technique"]].update(count)
                if count["wrong"]:
                    found.append("%s, %s, %s, number %s: %s" % (row["kind"], row["technique"], row["string"], row["file"][:5], accepted))
                    if options.keep:
                        shutil.copy(f"{folder}/{row['file']}", options.keep)
    report(counts, found)


def report(counts, found):
    print("| what | strings | accepted % | accepted and wrong % | interval | of these, digits alone |\n|---|---|---|---|---|---|")
    for kind, technique in sorted(counts):
        print_row(f"{kind}, {technique}", counts[kind, technique])
    apart = sum((count for (kind, _), count in counts.items() if kind != "letter like a digit"), collections.Counter())
    print_row("all but letters like digits", apart)
    print_row("all", sum(counts.values(), collections.Counter()))
    print(*found, sep="\n")


if __name__ == "__main__":
    main()
