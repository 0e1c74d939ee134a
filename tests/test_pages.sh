#!/bin/sh
# bench/draw_pages.py draws each kind of page with its truth, and bench/pages.py scores true answers as right. 77 means
# skipped.
set -u

. "$(dirname "$0")/need_mnist.sh"
bench=$(cd "$(dirname "$0")/../bench" && pwd) || exit 1
python=python3
"$python" -c 'import PIL, numpy' 2>/dev/null || python=/usr/bin/python3
"$python" -c 'import PIL, numpy' 2>/dev/null || {
    echo 'skipped: python3-pil or python3-numpy is not installed'
    exit 77
}
[ -n "$(fc-list :family='DejaVu Sans' 2>/dev/null)" ] || {
    echo 'skipped: fontconfig or fonts-dejavu-core is not installed'
    exit 77
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1

"$python" "$bench/draw_pages.py" --kind all --count 1 --digits test --out "$work/written" || exit 1
"$python" "$bench/draw_pages.py" --kind all --count 1 --digits test --out "$work/again" || exit 1
"$python" "$bench/draw_pages.py" --kind all --count 1 --out "$work/blank" --blank || exit 1
diff -r "$work/written" "$work/again" || exit 1
"$python" - "$bench" "$work" <<'PYTHON'
import json, sys
sys.path.insert(0, sys.argv[1])
import draw_pages, pages
from PIL import Image

def truth(folder):
    return [json.loads(line) for line in open(f"{sys.argv[2]}/{folder}/truth.jsonl")]

written = truth("written")
assert [page["kind"] for page in written] == list(draw_pages.KINDS)
assert not any(page["fields"] for page in truth("blank"))
for page in written:
    width, height = Image.open(f"{sys.argv[2]}/written/{page['file']}").size
    assert page["fields"], page
    for field in page["fields"]:
        x, y, w, h = field["box"]
        assert 0 <= x < x + w <= width and 0 <= y < y + h <= height, (page["file"], field)
        assert field["text"].strip("0123456789.,:/+-()=") == "" and any(map(str.isdigit, field["text"])), field
    lines = [{"string": field["text"], "box": field["box"], "decision": "accepted"} for field in page["fields"]]
    count = len(lines)
    assert pages.score_page(page["fields"], lines) == (count, count, count, count, 0, 1, 1), page["file"]
    lines[0]["string"] += "0"
    assert pages.score_page(page["fields"], lines) == (count, count - 1, count, count, 1, 1, 0), page["file"]
PYTHON
