"""The programs that documents, headers and manual pages show compile, link and run.

    python3 tests/test_programs.py BUILD

Every fenced C program with a main in a document, and every one in the comments of a public header or in a page of
section 3, which is generated from the headers, compiles as C99 without a warning and runs; a program that takes a
picture gets a sample. Other fenced C compiles behind `#include <lenet5.h>`.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(sys.argv[1])
SKIPPED_FOLDERS = {"build", "node_modules", ".git", "corpus", "lab"}
SAMPLE = f"{ROOT}/docs/samples/plain.png"
BLANK = bytes(28 * 28)
C = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"]

failures = []
compiled = 0


def fail(place, text):
    failures.append(place)
    print(f"FAILED: {place}: {text}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def files(ending):
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(ending))


def fenced(text):
    """(line number, C) of each fenced block."""
    for block in re.finditer(r"^```c\n(.*?)^```$", text, re.M | re.S):
        yield text.count("\n", 0, block.start()) + 2, block[1]


def sketched(text):
    """(line number, C) of each program in a comment: from its first #include to the brace that closes main."""
    for block in re.finditer(r"^ \*     #include .*?^ \*     \}$", text, re.M | re.S):
        yield text.count("\n", 0, block.start()) + 1, re.sub(r"^ \*(     )?", "", block[0], flags=re.M) + "\n"


def formatted(text):
    """(line number, C) of each program in a display of a manual page."""
    escapes = {r"\(dq": '"', r"\(aq": "'", r"\(ha": "^", r"\(ti": "~", r"\-": "-", r"\e": "\\", r"\&": ""}
    for block in re.finditer(r"^\.Bd -literal -offset indent\n(#include .*?)^\.Ed$", text, re.M | re.S):
        yield text.count("\n", 0, block.start()) + 2, re.sub(r"\\(?:\(..|.)", lambda e: escapes[e[0]], block[1])


def programs():
    for path in files(".md"):
        for line, source in fenced(read(path)):
            yield f"{os.path.relpath(path, ROOT)}:{line}", source
    for path in files(".h"):
        if path.startswith(f"{ROOT}/include/"):
            for line, source in sketched(read(path)):
                yield f"{os.path.relpath(path, ROOT)}:{line}", source
    for path in sorted(glob.glob(f"{glob.escape(BUILD)}/man/*.3")):
        for line, source in formatted(read(path)):
            yield f"{os.path.basename(path)}:{line}", source


def build(place, source, output):
    """Compiles and links; returns whether it did."""
    global compiled
    path = output + ".c"
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    libraries = [f"-L{BUILD}", f"-Wl,-rpath,{BUILD}", "-llenet5_reader", "-llenet5"]
    command = ["cc", *C, f"-I{ROOT}/include", path, "-o", output, *libraries]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        fail(place, result.stderr)
    compiled += 1
    return result.returncode == 0


def check(place, source, folder):
    if "main(" not in source:
        source = f"#include <lenet5.h>\n{source}"
        result = subprocess.run(["cc", *C, f"-I{ROOT}/include", "-fsyntax-only", "-x", "c", "-"], input=source,
                                capture_output=True, text=True)
        if result.returncode:
            fail(place, result.stderr)
        return
    output = os.path.join(folder, f"program{compiled}")
    if not build(place, source, output):
        return
    takes_picture = "argv[1]" in source
    result = subprocess.run([output] + [SAMPLE] * takes_picture, input=BLANK, capture_output=True, timeout=60)
    text = result.stdout.decode(errors="replace")
    print(f"{place}: exit code {result.returncode}, {text.strip()!r}")
    if result.returncode not in (0, 3) or not text:
        fail(place, f"exit code {result.returncode}: {result.stderr.decode(errors='replace')}")


if not os.path.exists(f"{BUILD}/liblenet5_reader.so") or not shutil.which("cc"):
    print("skipped: needs a C compiler and liblenet5_reader.so")
    sys.exit(77)
with tempfile.TemporaryDirectory() as scratch:
    for where, program in programs():
        check(where, program, scratch)
if os.path.isdir(f"{BUILD}/man") and not any(formatted(read(f"{BUILD}/man/lenet5.3"))):
    fail("lenet5.3", "has no program")
if compiled < 3:
    fail("programs", f"only {compiled} were found")
sys.exit(f"{len(failures)} failures" if failures else 0)
