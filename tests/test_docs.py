"""The documents agree with the program and with each other.

    python3 tests/test_docs.py build/release/lenet5 [--write]

- Each `$ ` example that calls lenet5 prints what stands below it. A number with a point may differ by 0.002, since other
  instruction sets round otherwise; `…` stands for anything. --write puts the output of this program into the documents.
- Each command and option that a document shows exists.
- Each name of the library and each path in the repository that a document shows exists.
- Each relative link leads to a file, and to a heading where it names one.
- No line is longer than 120 columns, but those of tables and of what a program prints.
- The two READMEs have the same sections and the same examples.
- The notes and reasons that docs/reading.md lists are those of the source, and docs/json.md has every member of an answer.
- The error of the built-in model is the same in all documents that name it.
- docs/form/form.svg and docs/figure-3.svg are what their scripts draw.

Examples that need MNIST run where LENET5_DATA names its folder; examples that are not run are listed.
"""
import functools
import json
import os
import pty
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(sys.argv[1])
WRITE = "--write" in sys.argv[2:]
MAX_COLUMNS = 120
LONG_LINES = {"CHANGELOG.md"}  # documents that may have long lines
TOLERANCE = 0.0021  # of a probability with four digits
SKIPPED_FOLDERS = {"build", "node_modules", ".git", "corpus"}
DATA = os.environ.get("LENET5_DATA", "")
MNIST = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
NEEDS_MNIST = re.compile(r"t10k|^lenet5 (test|calibrate)\b")
COMMAND = re.compile(r"^(?:\$ )?((?:build/release/)?lenet5 .*)")
SPAN = re.compile(r"`(lenet5 [^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
NAME = re.compile(r"\b(?:lenet5|LENET5)_\w+")
PATH = re.compile(r"`((?:bench|cli|cmake|docs|fuzz|include|models|packaging|scripts|src|tests|web)/[a-z_][\w./-]*\w)`")
NUMBER = re.compile(r"\d+\.\d+")

failures = []
skipped = []


def fail(place, text):
    failures.append(f"{place}: {text}")


def documents():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for name in sorted(names):
            if name.endswith(".md"):
                yield os.path.relpath(os.path.join(folder, name), ROOT)


def lines_of(document):
    with open(os.path.join(ROOT, document), encoding="utf-8") as file:
        return file.read().split("\n")


def with_places(document):
    return [(f"{document}:{i + 1}", line) for i, line in enumerate(lines_of(document))]


# ---- Commands and options ----


@functools.lru_cache(None)
def help_of(*command):
    answer = subprocess.run([PROGRAM, "help", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return answer.stdout.decode() if answer.returncode == 0 else None


def words_of(command):
    """The words of a command up to a comment, a pipe or a redirection."""
    command = re.split(r"\s#|\s[|>&]|\s2>|;|\s…", command)[0]
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def check_command(place, command):
    words = words_of(command)[1:]
    name = words[0] if words else ""
    if name in ("…", "COMMAND", "--version", "-V", "--help", "version"):
        return
    text = help_of(name)
    if text is None:
        return fail(place, f"lenet5 has no command {name}")
    for word in words[1:]:
        option = re.match(r"--[a-z0-9-]+", word)
        if option and not re.search(rf"^  (-\w, )?{option[0]}\b", text, re.M):
            fail(place, f"lenet5 {name} has no option {option[0]}")


def check_commands(document):
    for place, line in with_places(document):
        if line.startswith("    ") and (shown := COMMAND.match(line.strip())):
            check_command(place, shown[1])
        for span in SPAN.findall(line):
            if re.match(r"lenet5 [a-z]", span):
                check_command(place, span)


# ---- Examples ----


def run(command, folder):
    """The output of a command in a terminal."""
    shown, terminal = pty.openpty()
    process = subprocess.Popen(["sh", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal,
                               env={**os.environ, "PATH": os.path.dirname(PROGRAM) + ":" + os.environ["PATH"], "COLUMNS": "120"})
    os.close(terminal)
    text = b""
    while True:
        try:
            part = os.read(shown, 65536)
        except OSError:  # the last process has closed the terminal
            break
        if not part:
            break
        text += part
    process.wait()
    os.close(shown)
    return [line.rstrip() for line in text.decode(errors="replace").replace("\r\n", "\n").rstrip("\n").split("\n")]


def same(wanted, line):
    pattern = ".*".join(re.escape(NUMBER.sub("#", part)) for part in wanted.split("…"))
    if not re.fullmatch(pattern, NUMBER.sub("#", line)):
        return False
    return "…" in wanted or all(abs(float(a) - float(b)) < TOLERANCE
                                for a, b in zip(NUMBER.findall(wanted), NUMBER.findall(line)))


def match(wanted, lines):
    """Whether the lines match the wanted ones; a line of … stands for any number of lines."""
    if not wanted:
        return not lines
    if wanted[0] == "…":
        return any(match(wanted[1:], lines[i:]) for i in range(len(lines) + 1))
    return bool(lines) and same(wanted[0], lines[0]) and match(wanted[1:], lines[1:])


def reason_to_skip(command, folder):
    if not re.search(r"(^|\s)lenet5 ", command):
        return "not run"
    if NEEDS_MNIST.search(command) and not DATA:
        return "LENET5_DATA is not set"
    for word in words_of(command)[1:]:
        if "=" not in word and re.search(r"\.(png|jpg|csv|json|safetensors|gz|pdf)$|/", word) and not os.path.exists(os.path.join(folder, word)):
            return f"{word} is missing"
    return ""


def check_examples(document, folder):
    lines = lines_of(document)
    i = changed = 0
    while i < len(lines):
        if not lines[i].startswith("    $ "):
            i += 1
            continue
        command, place = lines[i][6:], f"{document}:{i + 1}"
        end = i + 1
        while end < len(lines) and lines[end].startswith("    ") and not lines[end].startswith("    $ "):
            end += 1
        wanted = [line[4:].rstrip() for line in lines[i + 1:end]]
        reason = reason_to_skip(command, folder)
        if reason:
            skipped.append(f"{place}: {command}: {reason}")
        else:
            got = run(command, folder)
            if not match(wanted, got):
                if WRITE and not any("…" in line for line in wanted):
                    lines[i + 1:end] = ["    " + line if line else "" for line in got]
                    end, changed = i + 1 + len(got), 1
                else:
                    fail(place, f"{command}\n  shown:   " + "\n           ".join(wanted) + "\n  printed: " + "\n           ".join(got))
        i = end
    if changed:
        with open(os.path.join(ROOT, document), "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        print("written:", document)


# ---- Links and layout ----


def anchors_of(document):
    titles = [re.sub(r"^#+ ", "", line) for line in lines_of(document) if re.match(r"#+ ", line)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def check_links(document):
    for place, line in with_places(document):
        for link in ("".join(groups) for groups in LINK.findall(line)):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
            if not os.path.exists(os.path.join(ROOT, target)):
                fail(place, f"the link {link} leads nowhere")
            elif anchor and target.endswith(".md") and anchor not in anchors_of(target):
                fail(place, f"{target} has no heading #{anchor}")


@functools.lru_cache(None)
def names_of_the_source():
    names = set()
    for top in ("include", "src", "cli", "cmake"):
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            for file in files:
                with open(os.path.join(folder, file), encoding="utf-8", errors="replace") as stream:
                    text = stream.read()
                names.update(NAME.findall(text))
                if file == "metrics.c":  # its names have no prefix
                    names.update("lenet5_" + name for name in re.findall(r"[a-z_]+", text))
    return names


def check_names(document):
    for place, line in with_places(document):
        for name in NAME.findall(line):
            if name not in names_of_the_source() and not any(n.startswith(name) for n in names_of_the_source() if name.endswith("_")):
                fail(place, f"the source has no {name}")
        for path in PATH.findall(line):
            if not os.path.exists(os.path.join(ROOT, path)):
                fail(place, f"there is no {path}")


def check_columns(document):
    printed = False  # whether the line is the output of a program
    long = []
    for i, line in enumerate(lines_of(document)):
        printed = line.startswith("    ") and (printed or line.startswith("    $ "))
        if len(line) > MAX_COLUMNS and not line.startswith("|") and not printed:
            long.append(str(i + 1))
    if long and document not in LONG_LINES:
        fail(document, f"longer than {MAX_COLUMNS} columns: lines {', '.join(long)}")


def skeleton(document):
    """Headings by level, links, and examples without comments and without the spaces before them."""
    parts = []
    for line in lines_of(document):
        if re.match(r"##+ ", line):
            parts.append(line.split(" ")[0])
        elif line.startswith("    ") or line.startswith("```"):
            parts.append(re.sub(r"\s*(# .*|/\*.*\*/)$", "", line))
    return parts


def check_readmes():
    for a, b in zip(skeleton("README.md"), skeleton("README.ko.md")):
        if a != b:
            return fail("README.ko.md", f'has "{b}" where README.md has "{a}"')
    if len(skeleton("README.md")) != len(skeleton("README.ko.md")):
        fail("README.ko.md", "has other sections or examples than README.md")


# ---- Lists in the documents ----


def section_of(document, title):
    """The lines from a heading to the next one."""
    lines = lines_of(document)
    start = lines.index(title) + 1
    return lines[start:next((i for i in range(start, len(lines)) if lines[i].startswith("#")), len(lines))]


def cells_of(lines):
    """The cells of the rows of a section's table, without its head."""
    rows = [line for line in lines if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def check_notes():
    texts = ""
    for folder, _, names in os.walk(os.path.join(ROOT, "src/reader")):
        for name in names:
            if name.endswith(".c"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    texts += file.read()
    for note, _ in cells_of(section_of("docs/reading.md", "## Notes")):
        if f'"{note}"' not in texts:
            fail("docs/reading.md", f'no note of the reader is "{note}"')
    for name, _, _, reason in cells_of(section_of("docs/reading.md", "## What the probability is made of")):
        if f'"{name.strip("`")}"' not in texts or f'"{reason}"' not in texts:
            fail("docs/reading.md", f'no evidence {name} has the reason "{reason}"')


def members_of(value):
    if isinstance(value, dict):
        return set(value).union(*map(members_of, value.values()))
    return set().union(*map(members_of, value)) if isinstance(value, list) else set()


def check_members(folder):
    text = "\n".join(lines_of("docs/json.md"))
    for command in ("read docs/samples/ruled-paper.jpg", "read docs/samples/word.png", "read docs/samples/blank.png",
                    "classify docs/samples/blank.png", "classify docs/samples/word.png", "inspect"):
        answer = subprocess.run([PROGRAM, *command.split(), "--json"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in answer.stdout.decode().splitlines():
            for member in sorted(members_of(json.loads(line))):
                if f'"{member}"' not in text and f"`{member}`" not in text:
                    fail("docs/json.md", f'lenet5 {command} --json has "{member}", which is not described')


def check_error_of_the_model():
    line = next(line for line in lines_of("docs/results.md") if "test pictures of MNIST misread" in line)
    error, low, high = re.search(r"misread: (\S+) % \(95 % interval (\S+) to (\S+)\)", line).groups()
    for document in ("README.md", "README.ko.md", "models/README.md", "docs/results.md"):
        text = "\n".join(lines_of(document))
        if f"{error} %" not in text or not re.search(f"{low}( to |~){high}", text):
            fail(document, f"the error of the built-in model is {error} % ({low} to {high})")


def check_drawings(folder):
    python = [sys.executable]
    subprocess.run(python + [os.path.join(ROOT, "scripts/form"), "docs/form/form.json", "form.svg"], cwd=folder, check=True)
    subprocess.run(python + [os.path.join(ROOT, "scripts/figures"), PROGRAM, "--out", folder, "3"], check=True,
                   stdout=subprocess.DEVNULL)
    for drawn, kept in (("form.svg", "docs/form/form.svg"), ("figure-3.svg", "docs/figure-3.svg")):
        if open(os.path.join(folder, drawn)).read() != open(os.path.join(ROOT, kept)).read():
            fail(kept, "differs from the drawing of its script")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("docs", "models", "tests", "scripts", "bench"):
            os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
        for name in MNIST:
            for ending in ("", ".gz"):
                if os.path.exists(os.path.join(DATA, name + ending)):
                    os.symlink(os.path.abspath(os.path.join(DATA, name + ending)), os.path.join(folder, name + ending))
        for document in documents():
            check_commands(document)
            check_links(document)
            if document != "CHANGELOG.md" and not document.startswith("docs/lab/"):  # historical records
                check_names(document)
            check_columns(document)
            check_examples(document, folder)
        check_members(folder)
        check_drawings(folder)
    check_readmes()
    check_notes()
    check_error_of_the_model()
    print("".join(f"skipped: {text}\n" for text in skipped), end="")
    print("".join(f"FAILED: {text}\n" for text in failures), end="")
    sys.exit(1 if failures else 0)


main()
