# pages.sh PROGRAM: a process that reads 20,000 pages, or a server that gets hundreds of pictures, needs no more
# descriptors, mappings and memory than for a tenth of them. A TIFF with a cyclic or out-of-file page list is an error.
set -u
program=$1
export PYTHONPATH="$(dirname "$(realpath "$0")")" PYTHONDONTWRITEBYTECODE=1
. "$(dirname "$0")/../expect.sh"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:quarantine_size_mb=4"

python3 - "$program" <<'PY' || fail "20,000 pages"
import http.client, os, subprocess, sys, time
import files

def write(name, content):
    open(name, "wb").write(content)
    return name

def usage(process):
    """Number of descriptors, number of mappings, resident memory in KB."""
    folder = f"/proc/{process.pid}"
    rss = next(int(line.split()[1]) for line in open(folder + "/status") if line.startswith("VmRSS"))
    return len(os.listdir(folder + "/fd")), sum(1 for _ in open(folder + "/maps")), rss

# The full pipe blocks the program, so it is still running when usage() inspects it near the end.
def read(arguments, pages):
    started = time.monotonic()
    process = subprocess.Popen(["sh", "-c", 'ulimit -n 64; exec "$@"', "sh", sys.argv[1], "read"] + arguments,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for number, line in enumerate(process.stdout, 1):
        assert b"nothing is written there" in line, line
        if number == pages // 10:
            early = usage(process)
        if number == pages * 9 // 10:
            late = usage(process)
    assert process.wait() == 0 and number == pages, (process.returncode, number)
    seconds = time.monotonic() - started
    print(f"{arguments[-1]}: {pages} pages in {seconds:.1f} s; descriptors, maps, KB: {early}, then {late}")
    assert late[0] <= early[0] + 1 and late[1] <= early[1] + 10 and late[2] <= early[2] + 16384, "it grows"
    assert seconds < 60, seconds

read([write("pages.tif", files.tiff(20000))], 20000)
write("one.jpg", files.jpeg(16))
write("one.bmp", files.bmp(16))
write("one.pgm", files.pgm(16))
write("one.tif", files.tiff(1))
os.mkdir("many")
for i in range(6000):
    ending = ("jpg", "bmp", "pgm", "tif")[i % 4]
    os.link("one." + ending, f"many/a-rather-long-name-so-that-pipes-are-full-{i:05d}.{ending}")
read(["--threads", "3", "many"], 6000)


def serve(requests):
    """Sends JPEGs to a server one after the other; does nothing if the program was built without one."""
    if subprocess.run([sys.argv[1], "help", "serve"], capture_output=True).returncode != 0:
        return
    process = subprocess.Popen([sys.argv[1], "serve", "--listen", "127.0.0.1:0", "--threads", "1", "--log", "none"],
                               stderr=subprocess.PIPE)
    port = int(process.stderr.readline().split(b":")[-1])
    connection = http.client.HTTPConnection("127.0.0.1", port)
    seen = []
    for number in range(requests):
        connection.request("POST", "/v1/read", files.jpeg(16), {"Content-Type": "image/jpeg"})
        answer = connection.getresponse()
        assert answer.status == 200 and b'"empty"' in answer.read(), answer.status
        if number in (requests // 10, requests - 1):
            seen.append(usage(process))
    process.terminate()
    process.wait(40)
    print(f"{requests} requests: {seen[0]}, then {seen[1]}")
    assert seen[1][0] <= seen[0][0] + 1 and seen[1][1] <= seen[0][1] + 10 and seen[1][2] <= seen[0][2] + 16384, "it grows"

serve(500)
write("scans.jpg", files.jpeg_of_scans(6320, 5000))
write("100.jpg", files.jpeg_of_scans(64, 99))
write("101.jpg", files.jpeg_of_scans(64, 100))
write("circle.tif", files.tiff(3, last="first"))
write("itself.tif", files.tiff(1, last="first"))
write("beyond.tif", files.tiff(2, last=1 << 20))
write("end.tif", files.tiff(2, last=len(files.tiff(2)) - 2))
write("motorola.tif", files.tiff(3, order=">"))
write("big.tif", files.big_tiff(3))
write("huge.tif", files.tiff(2).replace(b"\1\1\3\0\1\0\0\0\x10\0", b"\1\1\3\0\1\0\0\0\xff\xff"))
write("many.tif", files.tiff(65536, side=1))
PY
expect 0 "big.tif page 3: nothing" "$program" read motorola.tif big.tif
grep -q "motorola.tif page 3: nothing" out || fail "big endian: $(cat out)"
expect 1 "circle.tif: byte 264: the page after page 3 is one that has been read" "$program" read circle.tif
[ "$(wc -l <out)" = 3 ] || fail "circle.tif: $(cat out)"
expect 1 "itself.tif: byte 264: the page after page 1 is one" "$program" read itself.tif
expect 1 "beyond.tif: byte 1048576: a page of the TIFF begins here" "$program" read beyond.tif
[ "$(wc -l <out)" = 2 ] || fail "beyond.tif: $(cat out)"
expect 1 "end.tif: byte 746: a page of the TIFF begins here" "$program" read end.tif
expect 1 "huge.tif: byte 0: 16x65535 pixels; at most 1000 can be read" "$program" read huge.tif --max-pixels 1000
expect 1 "many.tif: byte " "$program" read many.tif
grep -q "more than 65535 pages" err || fail "65,536 pages: $(tail -n 1 err)"
# One scan more than the limit. A large picture of 5,000 scans fits half a megabyte and would take a minute.
expect 1 "scans.jpg: a JPEG of more than 100 scans" "$program" read scans.jpg
expect 1 "101.jpg: a JPEG of more than 100 scans" "$program" read 101.jpg
expect 0 "100.jpg: nothing is written there" "$program" read 100.jpg

[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
