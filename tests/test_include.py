"""The public headers and what the libraries export.

    python3 tests/test_include.py BUILD

- Each header compiles alone, and all of them together, as C99 and as C++11, without a warning of -pedantic.
- They declare no name without the prefix lenet5_ or LENET5_.
- Each function has a thread rule in its comment or in that of its group.
- LENET5_DEPRECATED warns, in both languages.
- liblenet5.so exports what its headers declare and src/liblenet5.map lists, liblenet5_reader.so what lenet5/reading.h
  declares and src/reader/liblenet5_reader.map lists; nothing is exported twice.
- The static libraries have no global name without the prefix, and none in common.
- The version of the header is that of the pkg-config and CMake packages, of the library and of the HTTP interface.
"""
import ctypes
import glob
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(sys.argv[1])
INCLUDE = f"{ROOT}/include"
C = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Wstrict-prototypes", "-Werror"]
CXX = ["-std=c++11", "-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Wold-style-cast", "-Werror"]
COMPILERS = [("gcc", "c", C), ("clang", "c", C), ("g++", "c++", CXX), ("clang++", "c++", CXX)]
LIBRARIES = {
    "liblenet5": ("src/liblenet5.map", ["base.h", "network.h", "model.h", "data.h", "training.h"]),
    "liblenet5_reader": ("src/reader/liblenet5_reader.map", ["reading.h"]),
}
# The words of declarations besides the declared names.
WORDS = set("""typedef struct enum const extern static inline char signed unsigned float double void bool _Bool int long
short size_t uint8_t uint32_t uint64_t aligned visibility deprecated __attribute__ C""".split())

failures = []


def fail(text):
    failures.append(text)
    print("FAILED:", text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def headers():
    found = glob.glob(f"{INCLUDE}/*.h") + glob.glob(f"{INCLUDE}/lenet5/*.h")
    return sorted(os.path.relpath(path, INCLUDE) for path in found)


# ---- Compilers ----


def compile_text(compiler, language, flags, text):
    """Returns the output of the compiler, or None if it prints nothing."""
    command = [compiler, "-x", language, *flags, f"-I{INCLUDE}", "-fsyntax-only", "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    return result.stderr if result.returncode or result.stderr else None


def check_compilers():
    names = headers()
    texts = {name: f"#include <{name}>\n" for name in names}
    texts["all"] = "".join(texts[name] for name in names)
    texts["all, in reverse"] = "".join(texts[name] for name in reversed(names))
    tried = [entry for entry in COMPILERS if shutil.which(entry[0])]
    print("compilers:", ", ".join(entry[0] for entry in tried))
    for compiler, language, flags in tried:
        for name, text in texts.items():
            if problem := compile_text(compiler, language, flags, text + "int main(void) { return 0; }\n"):
                fail(f"{name} with {compiler}: {problem}")
        use = ('#include <lenet5_reader.h>\nint main() { lenet5_read_options o = lenet5_read_options(); '
               'return lenet5_read_options_check(&o, 0); }\n')
        if language == "c":
            use = use.replace("= lenet5_read_options()", "= {0}").replace("main()", "main(void)")
        if "use lenet5_read_options_validate" not in (compile_text(compiler, language, flags, use) or ""):
            fail(f"{compiler}: no warning of a deprecated function")


# ---- Names ----


def preprocessed():
    """The lines of the preprocessed public headers, without those of the C library."""
    text = "".join(f"#include <{name}>\n" for name in headers())
    command = ["cc", "-std=c99", f"-I{INCLUDE}", "-E", "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    ours, lines = False, []
    for line in result.stdout.split("\n"):
        if marker := re.match(r'# \d+ "([^"]*)"', line):
            ours = marker[1].startswith(INCLUDE)
        elif ours:
            lines.append(line)
    return "\n".join(lines)


def without_nested(text):
    """Removes the contents of parentheses and of the braces of structs and functions; keeps those of enums."""
    kept, depth = [], 0
    for token in re.findall(r"\benum\b[^{;]*\{|[{}()]|[^{}()]", text):
        if depth == 0 and token.startswith("enum"):
            kept.append("enum ")
        elif token in "({":
            depth += 1
        elif token in ")}":
            depth = max(0, depth - 1)
        elif depth == 0:
            kept.append(token)
    return "".join(kept)


def check_names():
    text = re.sub(r'"[^"]*"', "", preprocessed())
    for name in sorted(set(re.findall(r"\b[A-Za-z_]\w*", without_nested(text)))):
        if name not in WORDS and not re.match(r"(lenet5|LENET5)_", name):
            fail(f"the headers declare {name}")
    for path in headers():
        for name in re.findall(r"^\s*#\s*define\s+(\w+)", read(f"{INCLUDE}/{path}"), re.M):
            if not re.match(r"LENET5(_|$)", name):
                fail(f"{path} defines {name}")


# ---- Contracts ----


def check_contracts():
    """Each function has a comment above it, or above its group, with a thread rule."""
    for path in headers():
        for block in re.split(r"\n\n+", read(f"{INCLUDE}/{path}")):
            if not re.search(r"^LENET5_API (?!extern)", block, re.M):
                continue
            comment = re.match(r"/\*.*?\*/", block, re.S)
            words = " ".join(re.sub(r"^ \*", "", comment[0], flags=re.M).split()) if comment else ""
            if not re.search(r"Thread-safe\.|One thread at a time for each", words):
                fail(f"{path}: no thread rule: {block[-200:]}")


# ---- Symbols ----


def declared(rooms):
    names = set()
    for room in rooms:
        text = re.sub(r"/\*.*?\*/", "", read(f"{INCLUDE}/lenet5/{room}"), flags=re.S)
        for declaration in re.findall(r"LENET5_API\s+([^;{]*);", text):
            names.add(re.search(r"(lenet5_\w+)\s*(?:\(|\[\w+\]|\[\])", declaration)[1])
    return names


def listed(path):
    return set(re.findall(r"^    (\w+);$", read(f"{ROOT}/{path}"), re.M))


def symbols(path, *options):
    text = subprocess.run(["nm", *options, "--defined-only", path], capture_output=True, text=True, check=True).stdout
    return {fields[2] for line in text.split("\n") if len(fields := line.split()) == 3}


def compare(what, has, wanted):
    for name in sorted(has - wanted):
        fail(f"{what} has {name} too much")
    for name in sorted(wanted - has):
        fail(f"{what} lacks {name}")


def check_symbols():
    archives = []
    for library, (path, rooms) in LIBRARIES.items():
        if not os.path.exists(f"{BUILD}/{library}.so"):
            print(f"skipped: {library} is not built")
            continue
        names = listed(path)
        compare(path, names, declared(rooms))
        compare(f"{library}.so", symbols(f"{BUILD}/{library}.so", "-D"), names)
        archives.append(symbols(f"{BUILD}/{library}.a", "-g"))
        for name in archives[-1]:
            if not name.startswith("lenet5_"):
                fail(f"{library}.a has the global name {name}")
    if len(archives) == 2:
        for name in sorted(archives[0] & archives[1]):
            fail(f"both static libraries have {name}")


# ---- Version ----


def check_version():
    header = read(f"{INCLUDE}/lenet5/base.h")
    numbers = re.findall(r"^#define LENET5_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)$", header, re.M)
    version = ".".join(numbers)
    library = ctypes.CDLL(f"{BUILD}/liblenet5.so")
    library.lenet5_version.restype = ctypes.c_char_p
    major, minor, patch = map(int, numbers)
    package = read(f"{BUILD}/lenet5-config-version.cmake")
    found = {
        "liblenet5.so": library.lenet5_version().decode(),
        "lenet5.pc": re.search(r"^Version: (.*)$", read(f"{BUILD}/lenet5.pc"), re.M)[1],
        "lenet5-config-version.cmake": re.search(r'PACKAGE_VERSION "(.*?)"', package)[1],
        "web/openapi.json": json.loads(read(f"{ROOT}/web/openapi.json"))["info"]["version"],
    }
    for where, other in found.items():
        if other != version:
            fail(f"{where} has version {other}, lenet5/base.h {version}")
    if library.lenet5_version_number() != major * 10000 + minor * 100 + patch:
        fail("lenet5_version_number differs")


check_compilers()
check_names()
check_contracts()
check_symbols()
check_version()
sys.exit(f"{len(failures)} failures" if failures else 0)
