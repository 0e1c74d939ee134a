#!/usr/bin/python3
"""Right and accepted fields of `lenet5 read` and Tesseract on pages of draw_pages.py, by kind of page.

usage: bench/pages.py [PROGRAM] [--data DATA] [--kinds KIND,KIND] [--count N] [--seed N] [--digits train|test]
                      [--legible] [--max-error P%] [--keep FOLDER]
example: bench/pages.py --kinds form,table --count 10

Draws N (100) pages of each kind and reads them. A field belongs to the line of the answer whose box covers most of it.
It is right if the line's numbers are those of its fields, in reading order, with their marks. A line of the answer
on blank paper counts as wrong. "Accepted" counts the fields in accepted lines, "wrong of these" the wrong
ones among all accepted numbers, "pages" the pages that are entirely right. The 95 % intervals treat fields as
independent. For rotated pages the script also prints how many the program turns upright.

DATA is the folder of MNIST; default: $LENET5_DATA. --digits test is for final figures only. --legible leaves out digits
that the built-in network misreads in MNIST's own picture, so that the remaining errors are the reader's. Tesseract
(Debian's tesseract-ocr), if installed, reads the first --rival-count pages of each kind as sparse text, restricted to
digits and marks; its numbers are compared with those of the page in reading order."""
import collections
import concurrent.futures
import csv
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile

import command_line
import draw_pages
import mnist
import paper
from strings import interval

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BATCH = 20  # pictures for one run of the program
PROCESSES = 2
UNSURE = 3  # the program's exit code if it rejects an answer
COVERED = 0.3  # overlap from which on a line belongs to a field, as a share of the smaller of the two boxes
Score = collections.namedtuple("Score", "fields right accepted numbers wrong pages whole")


def read(program, paths, more=()):
    """The lines of the answer to each file, all read with the same options."""
    out = subprocess.run([program, "read", "--json", *more, *paths], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if out.returncode not in (0, UNSURE):
        print(f"{program}: exit code {out.returncode} for one of {' '.join(paths)}", file=sys.stderr)
    lines = {path: [] for path in paths}
    for row in map(json.loads, out.stdout.decode().splitlines()):
        if row.get("string"):
            lines[row["file"]].append(row)
    return lines


def read_all(program, folder, truth, more=()):
    """The lines of the answers to pages with their own options, read in several processes."""
    groups = collections.defaultdict(list)
    for row in truth:
        groups[tuple(row["options"])].append(f"{folder}/{row['file']}")
    jobs = [(paths[first:first + BATCH], (*options, *more)) for options, paths in groups.items() for first in range(0, len(paths), BATCH)]
    with concurrent.futures.ThreadPoolExecutor(PROCESSES) as pool:
        answers = pool.map(lambda job: read(program, *job), jobs)
        return {os.path.basename(path): lines for answer in answers for path, lines in answer.items()}


def misread(program, data, part):
    """The indices of the digits of paper.Digits that the built-in network misreads in MNIST's own picture."""
    with tempfile.TemporaryDirectory() as folder:
        for name, kind in (("images", "images-idx3-ubyte"), ("labels", "labels-idx1-ubyte")):
            mnist.write_part(f"{folder}/{name}", data, f"{paper.FILES[part]}-{kind}", slice(-paper.COUNT, None))
        subprocess.run([program, "test", "--images", f"{folder}/images", "--labels", f"{folder}/labels", "--answers", f"{folder}/answers.csv"],
                       stdout=subprocess.DEVNULL, check=True)
        with open(f"{folder}/answers.csv", newline="") as answers:
            return [int(row["picture"]) for row in csv.DictReader(answers) if row["answer"] != row["truth"]]


def common(a, b):
    """The area of the intersection of two boxes."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(width, 0) * max(height, 0)


def assign(fields, lines):
    """The fields that belong to each line."""
    of = [[] for _ in lines]
    for field in fields:
        box = field["box"]
        areas = [common(box, line["box"]) for line in lines]
        best = max(range(len(lines)), key=areas.__getitem__, default=None)
        if best is not None and areas[best] >= COVERED * min(box[2] * box[3], lines[best]["box"][2] * lines[best]["box"][3]):
            of[best].append(field)
    return of


def score_page(fields, lines):
    right = accepted = numbers = wrong = 0
    for line, here in zip(lines, assign(fields, lines)):
        answer, want = line["string"].split(), [field["text"] for field in here]
        good = sum(a == b for a, b in zip(answer, want)) if len(answer) == len(want) else 0
        right += good
        if line["decision"] == "accepted":
            accepted += len(want)
            numbers += max(len(answer), len(want))
            wrong += max(len(answer), len(want)) - good
    tokens = " ".join(line["string"] for line in lines).split()
    whole = tokens == [field["text"] for field in fields]
    return Score(len(fields), right, accepted, numbers, wrong, 1, int(whole))


def upright(page, lines):
    """Whether the program rotated the page by the right angle."""
    return bool(lines) and all((line.get("turned", 0) + page["turned"]) % 360 == 0 for line in lines)


def total(scores):
    return Score(*map(sum, zip(*scores)))


def tesseract(path, psm):
    out = subprocess.run(["tesseract", path, "-", "--psm", psm, "-c", "tessedit_char_whitelist=0123456789.,:/+-()="],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    return out.stdout.decode().split()


def rival(options, folder, rows):
    """The percentage of fields that Tesseract reads, in reading order."""
    if not shutil.which("tesseract") or options.rival_count == 0:
        return "skipped"
    rows = rows[:options.rival_count]
    with concurrent.futures.ThreadPoolExecutor(PROCESSES) as pool:
        answer = list(pool.map(lambda row: tesseract(f"{folder}/{row['file']}", "11"), rows))
    right = fields = 0
    for tokens, row in zip(answer, rows):
        want = [field["text"] for field in row["fields"]]
        fields += len(want)
        right += sum(block.size for block in difflib.SequenceMatcher(None, tokens, want, False).get_matching_blocks())
    return "%.1f (of %d)" % (100 * right / max(1, fields), fields)


def per_cent(part, of):
    return "%.1f" % (100 * part / of) if of else "-"


def with_interval(part, of):
    return "%.1f | %.1f to %.1f" % (100 * part / of, *map(abs, interval(part, of))) if of else "- | -"


def row(name, score, beside):
    print("| %s | %d | %d | %s | %s | %d | %s | %s | %s |" % (
        name, score.pages, score.fields, with_interval(score.right, score.fields), per_cent(score.accepted, score.fields),
        score.numbers, with_interval(score.wrong, score.numbers), per_cent(score.whole, score.pages), beside), flush=True)


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("program", nargs="?", default=f"{ROOT}/build/release/lenet5")
    parser.add_argument("--data", default=os.environ.get("LENET5_DATA", "data"))
    parser.add_argument("--kinds", default=",".join(draw_pages.KINDS))
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--rival-count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--digits", choices=("train", "test"), default="train")
    parser.add_argument("--legible", action="store_true", help="without digits that the built-in network misreads in MNIST's own picture")
    parser.add_argument("--max-error", help="the --max-error of lenet5 read")
    parser.add_argument("--keep", help="a folder that keeps the pictures and a list of errors")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    if unknown := set(kinds) - set(draw_pages.KINDS):
        parser.error("no such kind: " + ", ".join(sorted(unknown)))
    illegible = misread(options.program, options.data, options.digits) if options.legible else ()
    digits = paper.Digits(options.data, options.digits, illegible)
    more = ("--max-error", options.max_error) if options.max_error else ()
    print("| kind | pages | fields | right % | interval | accepted % | accepted numbers | wrong of these % | interval | pages right % |"
          " Tesseract right % |")
    print("|" + 11 * "---|")
    scores = []
    for kind in kinds:
        with tempfile.TemporaryDirectory() as temporary:
            folder = os.path.join(options.keep, kind.replace(" ", "-")) if options.keep else temporary
            truth = draw_pages.write(folder, [kind], options.count, options.seed, digits)
            answers = read_all(options.program, folder, truth, more)
            each = [score_page(page["fields"], answers[page["file"]]) for page in truth]
            if options.keep:
                print_errors(folder, truth, answers, each)
            scores.append(total(each))
            row(kind, scores[-1], rival(options, folder, truth))
            if kind == "turned":
                orientation = sum(upright(page, answers[page["file"]]) for page in truth)
    row("all", total(scores), "")
    if "turned" in kinds:
        print("orientation right: %d of %d pages, %s %%" % (orientation, options.count, with_interval(orientation, options.count)))


def print_errors(folder, truth, answers, scores):
    """Writes the errors, one page a line: truth, answer and probability."""
    with open(f"{folder}/wrong.txt", "w") as file:
        for page, score in zip(truth, scores):
            if score.right < score.fields or score.wrong:
                want = " ".join(field["text"] for field in page["fields"])
                answer = " | ".join("%s %.2f%s" % (line["string"], line["probability"], " SURE" if line["decision"] == "accepted" else "")
                                  for line in answers[page["file"]])
                print(f"{page['file']}: {want} -> {answer}", file=file)


if __name__ == "__main__":
    main()
