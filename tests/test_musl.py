"""Compiles the sources with musl-gcc and the headers of musl, the C library of Alpine; prints the failures.

usage: test_musl.py BUILD

Nothing is linked: the other libraries' code for musl is not here. Their headers are Debian's, which do not depend on
the C library. Exits with 77, which means skipped, if there is no musl-gcc."""
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

LIBRARIES = ["zlib.h", "zconf.h", "jansson.h", "jansson_config.h", "nettle", "gmp.h", "leptonica", "libexif", "libheif",
             "png.h", "pngconf.h", "pnglibconf.h", "microhttpd.h", "archive.h", "archive_entry.h", "gnutls", "curl", "linux", "asm", "asm-generic"]
SKIPPED = ("-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE")  # glibc's


def headers(folder):
    """Makes links to the headers of the libraries and of the kernel, but not to those of glibc."""
    triplet = subprocess.run(["gcc", "-dumpmachine"], capture_output=True, text=True, check=True).stdout.strip()
    for name in LIBRARIES:
        for place in (f"/usr/include/{triplet}", "/usr/include"):
            if os.path.exists(f"{place}/{name}"):
                os.symlink(f"{place}/{name}", f"{folder}/{name}")
                break
    return folder


def compile_one(entry, include):
    flags, words = [], iter(shlex.split(entry["command"]))
    for word in words:
        if word in ("-o", "-c", "-MF", "-MT"):
            next(words)
        elif word.startswith("-") and not word.startswith(SKIPPED) and word not in ("-MD", "-isystem"):
            flags.append(word)
        elif word.startswith("/usr/include/"):
            flags.append(f"-isystem{word}")
    command = ["musl-gcc", *flags, "-Werror", "-isystem", include, "-fsyntax-only", entry["file"]]
    return subprocess.run(command, capture_output=True, text=True, cwd=entry["directory"])


def main(build):
    if not shutil.which("musl-gcc"):
        print("skipped: musl-gcc is not installed (Debian: musl-tools)")
        return 77
    with open(f"{build}/compile_commands.json", encoding="utf-8") as file:
        entries = {}
        for entry in json.load(file):
            name = os.path.relpath(entry["file"], os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
            if name.startswith(("src/", "cli/")):
                entries.setdefault(name, entry)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        include = headers(folder)
        results = dict(zip(entries, pool.map(lambda entry: compile_one(entry, include), entries.values())))
    failed = [name for name, result in results.items() if result.returncode != 0]
    for name in failed:
        print(f"{name}:", *results[name].stderr.splitlines()[:6], sep="\n    ")
    print(f"{len(results) - len(failed)} of {len(results)} files compile with musl")
    return 1 if failed else 0


sys.exit(main(sys.argv[1]))
