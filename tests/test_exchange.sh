# Models to the files of other programs and back: lenet5 export, lenet5 import, and files that are no models.
# usage: test_exchange.sh LENET5
set -u
program=$1
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/expect.sh"
models=$tests/../models

# ---- There and back ----

for model in lenet5 strings; do
    works "$program" export onnx --model "$models/$model.safetensors" --out "$model.onnx"
    works "$program" import "$model.onnx" --out "$model.safetensors"
    same "$model.safetensors" "$models/$model.safetensors" "not the model that was exported"
done
works "$program" export onnx --maps --threshold 0.9 --model lenet5.safetensors,strings.safetensors --out both.onnx
works "$program" import both.onnx --out both.safetensors
works "$program" export onnx --maps --threshold 0.9 --model both.safetensors --out again.onnx
same both.onnx again.onnx "a committee changes on the way"
works "$program" export onnx --int8 --maps --out int8.onnx
[ "$(wc -c <int8.onnx)" -lt 100000 ] || fail "the file in 8 bits has $(wc -c <int8.onnx) bytes"

expect 2 "--out FILE is required" "$program" export onnx
expect 2 "has to end in .onnx" "$program" export onnx --out model.pt
expect 2 "unknown format" "$program" export onxx --out model.onnx
expect 2 "exclude each other" "$program" export onnx --out a.onnx --threshold 0.5 --max-error 1%
expect 1 "lenet5 import makes a model" "$program" test lenet5.onnx
expect 1 "weights rounded to 8 bits" "$program" import int8.onnx --out int8.safetensors
expect 1 "the same file" "$program" export onnx --model lenet5.safetensors,lenet5.onnx --out lenet5.onnx
same strings.safetensors "$models/strings.safetensors" "changed by a refused command"

# ---- Files of others ----

python3 - "$models/lenet5.safetensors" <<'PY'
import json, os, pickle, struct, sys, zipfile

raw = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8:8 + size])
metadata = header.pop("__metadata__")
data = raw[8 + size:]
ours = {name: (t["shape"], data[slice(*t["data_offsets"])]) for name, t in header.items()}

def save(path, tensors, dtype="F32", metadata=None):
    header, body = {"__metadata__": metadata} if metadata else {}, b""
    for name, (shape, values) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(values)]}
        body += values
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + body)

def numbers(values):
    return struct.unpack(f"<{len(values) // 4}f", values)

TABLE = ["X___XXX__XXXX_XX", "XX___XXX__XXXX_X", "XXX___XXX__X_XXX", "_XXX__XXXX__X_XX", "__XXX__XXXX_XX_X", "___XXX__XXXX_XXX"]
kernels, dense = ours["c3.weight"][1], b""
for place in range(96):
    seen = TABLE[place % 6][place // 6] == "X"
    dense += kernels[:100] if seen else bytes(100)
    kernels = kernels[100 if seen else 0:]

save("plain.safetensors", ours)
save("torch.safetensors", ours, metadata={"format": "pt"})
others = {"conv1": "c1", "pool1": "s2", "conv2": "c3", "pool2": "s4", "conv3": "c5", "fc": "f6"}
named = {f"model.{o.upper()}.{'bias' if 'bias' in name else 'weight'}": t for o, layer in others.items()
         for name, t in ours.items() if name.startswith(layer)}
named["model.CONV1.weight"] = ([6, 1, 5, 5], ours["c1.weight"][1])
named["model.CONV2.weight"] = ([16, 6, 5, 5], dense)
named["model.CONV3.weight"] = ([120, 400], ours["c5.weight"][1])
save("other.safetensors", named)
half = {name: (shape, struct.pack(f"<{len(v) // 4}e", *numbers(v))) for name, (shape, v) in ours.items()}
save("half.safetensors", half, "F16")
rounded = {name: (shape, struct.pack(f"<{len(v) // 2}f", *struct.unpack(f"<{len(v) // 2}e", v)))
           for name, (shape, v) in half.items()}
save("rounded.safetensors", rounded)
brain = {name: (shape, b"".join(v[i + 2:i + 4] for i in range(0, len(v), 4))) for name, (shape, v) in ours.items()}
save("brain.safetensors", brain, "BF16")
save("cut.safetensors", {n: (s, b"".join(b"\0\0" + v[i:i + 2] for i in range(0, len(v), 2))) for n, (s, v) in brain.items()})

def changed(path, name, shape, values, dtype="F32"):
    save(path, {**ours, name: (shape, values)}, dtype)

changed("bad-shape.safetensors", "f6.weight", [120, 84], ours["f6.weight"][1])
changed("bad-bytes.safetensors", "f6.weight", [84, 120], ours["f6.weight"][1] + bytes(4))
changed("bad-table.safetensors", "c3.weight", [16, 6, 5, 5], dense[:3 * 100 + 4] + struct.pack("<f", 0.5) + dense[308:])
changed("bad-number.safetensors", "c1.bias", [6], struct.pack("<6f", 0, float("nan"), 0, 0, 0, 0))
changed("bad-extra.safetensors", "fc2.weight", [10, 84], bytes(3360))
changed("bad-twice.safetensors", "CONV1.bias", [6], bytes(24))
save("bad-type.safetensors", {n: (s, b"".join(struct.pack("<d", x) for x in numbers(v))) for n, (s, v) in ours.items()}, "F64")
save("bad-less.safetensors", {n: t for n, t in ours.items() if n != "s4.bias"})

zipfile.ZipFile("x.pt", "w").writestr("archive/data.pkl", "x")
zipfile.ZipFile("x.npz", "w").writestr("c1.npy", "x")
zipfile.ZipFile("x.keras", "w").writestr("metadata.json", "{}" * 50)
pickle.dump({"c1.weight": 1}, open("old.pt", "wb"), protocol=2)
open("x.h5", "wb").write(b"\x89HDF\r\n\x1a\n" + bytes(100))
open("x.gguf", "wb").write(b"GGUF\3\0\0\0" + bytes(100))
open("x.npy", "wb").write(b"\x93NUMPY\1\0v\0" + bytes(100))
open("images", "wb").write(struct.pack(">4I", 0x803, 1, 28, 28) + bytes(784))
exported = open("lenet5.onnx", "rb").read()
open("foreign.onnx", "wb").write(exported.replace(b"\x12\x06lenet5", b"\x12\x06pytorc", 1))
open("short.onnx", "wb").write(exported[:-100])
flipped = bytearray(exported)
flipped[exported.index(ours["c5.weight"][1]) + 1000] ^= 1
open("flipped.onnx", "wb").write(flipped)
# A graph in an attribute of a node of a graph, and so on: deeper than a stack.
def field(key, body):
    length = b""
    rest = len(body)
    while rest > 127:
        length, rest = length + bytes([rest & 127 | 128]), rest >> 7
    return bytes([key]) + length + bytes([rest]) + body
deep = b""
for level in range(30000):
    deep = field((0x0A, 0x32, 0x2A)[level % 3], deep)
open("deep.onnx", "wb").write(exported[:2] + field(0x3A, deep))
PY

# weights FILE: the hash of the tensors in a model file of ours.
weights() {
    python3 -c 'import hashlib, struct, sys
raw = open(sys.argv[1], "rb").read(); print(hashlib.sha256(raw[8 + struct.unpack("<Q", raw[:8])[0]:]).hexdigest())' "$1"
}
# imports FILE LIKE: importing FILE gives the weights of the model LIKE.
imports() {
    expect 0 "calibrate" "$program" import "$1" --out imported.safetensors
    [ "$(weights imported.safetensors)" = "$(weights "$2")" ] || fail "$1: other weights than $2"
}
imports plain.safetensors lenet5.safetensors
imports torch.safetensors lenet5.safetensors
imports other.safetensors lenet5.safetensors
imports half.safetensors rounded.safetensors
imports brain.safetensors cut.safetensors
works "$program" inspect imported.safetensors
expect 1 "lenet5 import makes one" "$program" inspect plain.safetensors
expect 2 "--out FILE is required" "$program" import plain.safetensors
expect 1 "the same file" "$program" import plain.safetensors --out plain.safetensors
cp imported.safetensors kept.safetensors

expect 1 '"f6.weight" has the shape [120,84]; f6.weight of LeNet-5 has [84,120]' \
    "$program" import bad-shape.safetensors --out imported.safetensors
expect 1 '"f6.weight" has 40324 bytes; 10080 numbers of type F32 have 40320' \
    "$program" import bad-bytes.safetensors --out imported.safetensors
expect 1 '"c3.weight" is not 0 at [0,3,0,1]' "$program" import bad-table.safetensors --out imported.safetensors
expect 1 'number 1 of tensor "c1.bias" is not finite' "$program" import bad-number.safetensors --out imported.safetensors
expect 1 '"fc2.weight" is none of the twelve' "$program" import bad-extra.safetensors --out imported.safetensors
expect 1 'is a second c1.bias' "$program" import bad-twice.safetensors --out imported.safetensors
expect 1 'numbers of type F64' "$program" import bad-type.safetensors --out imported.safetensors
expect 1 'no tensor "s4.bias" of shape [16]' "$program" import bad-less.safetensors --out imported.safetensors
expect 1 "another program" "$program" import foreign.onnx --out imported.safetensors
expect 1 "damaged" "$program" import short.onnx --out imported.safetensors
expect 1 "do not match" "$program" import flipped.onnx --out imported.safetensors
expect 1 "another program" "$program" import deep.onnx --out imported.safetensors
same imported.safetensors kept.safetensors "changed by a refused import"

# Every command says what a foreign file is, and names the file.
for pair in "x.pt:a PyTorch file" "old.pt:a Python pickle" "x.h5:an HDF5 file" "x.npz:a NumPy archive" "x.npy:a NumPy array" \
    "x.keras:a Keras model" "x.gguf:a GGUF file" "foreign.onnx:an ONNX model" "images:an IDX file of pictures"; do
    file=${pair%%:*} what=${pair#*:}
    expect 1 "$file: byte 0: this is $what" "$program" inspect "$file"
    expect 1 "$file: byte 0: this is $what" "$program" classify --model "$file" "$tests/../docs/samples/plain.png"
done
expect 1 "x.pt: byte 0: this is a PyTorch file" "$program" import x.pt --out imported.safetensors
expect 1 "x.pt: byte 0: this is a PyTorch file" "$program" read --model x.pt "$tests/../docs/samples/plain.png"

exit $((failures > 0))
