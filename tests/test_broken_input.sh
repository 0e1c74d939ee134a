# Gives a hundred broken IDX and model files to the program: each must cause exit code 1 and an error naming the file.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
"$program" synth --out digits --count 200 --test-count 20 --seed 1 >/dev/null || exit 1
"$program" train --data digits --epochs 1 --quiet --out m.safetensors 2>/dev/null || exit 1

python3 - <<'PY'
import os, random, struct
random.seed(1998)
os.makedirs("idx"); os.makedirs("model")
images = open("digits/t10k-images-idx3-ubyte", "rb").read()
labels = open("digits/t10k-labels-idx1-ubyte", "rb").read()
count = 0
def idx(data, labels_too=labels):
    global count
    open(f"idx/{count:03d}.images", "wb").write(data); open(f"idx/{count:03d}.labels", "wb").write(labels_too); count += 1
for n in range(17): idx(images[:n])                                     # truncated at every byte of the header
for n in range(9): idx(images, labels[:n])
for bit in range(0, 128, 4): idx(bytes(b ^ (1 << bit % 8 if i == bit // 8 else 0) for i, b in enumerate(images)))
for huge in (0xFFFFFFFF, 0x7FFFFFFF, 10000001, 0): idx(images[:4] + struct.pack(">I", huge) + images[8:])
idx(images[:8] + struct.pack(">II", 1024, 1024) + images[16:])
idx(images + b"x"); idx(images, labels + b"x"); idx(images, labels[:-1] + b"\x0a"); idx(labels, images); idx(b"", b"")
good = open("m.safetensors", "rb").read()
header = struct.unpack("<Q", good[:8])[0]
models = [good[:n] for n in range(9)] + [good[:8 + header * k // 12] for k in range(12)]
models += [good[:-1], good + b"\0", struct.pack("<Q", 2**63) + good[8:], struct.pack("<Q", 1) + good[8:]]
for k in range(40):                                                     # a flipped bit in the tensors
    place = random.randrange(8 + header, len(good))
    models.append(good[:place] + bytes([good[place] ^ 1 << k % 8]) + good[place + 1:])
for old, new in ((b'"F32"', b'"F64"'), (b"[6,5,5]", b"[5,6,5]"), (b"c1.bias", b"c9.bias"), (b"{", b"["), (b'"loss":"map"', b'"loss":"mop"'),
                 (b'"format":"lenet5 model"', b'"format":"lenet6 model"'), (b"data_offsets", b"data_offsetz")):
    assert old in good; models.append(good.replace(old, new, 1))
for i, m in enumerate(models): open(f"model/{i:03d}.safetensors", "wb").write(m)
PY

tried=0 failures=0
# check FILE COMMAND...: checks for exit code 1 and a message with the file's name.
check() {
    file=$1
    shift
    "$@" >out 2>err
    code=$?
    tried=$((tried + 1))
    if [ $code != 1 ] || ! grep -q "$file" err; then
        echo "FAILED: $*: exit code $code: $(cat err)"
        failures=$((failures + 1))
    fi
}
for file in idx/*.images; do
    check "${file%.images}" "$program" test m.safetensors --images "$file" --labels "${file%.images}.labels"
done
for file in model/*.safetensors; do
    check "$file" "$program" test "$file" --data digits
done
for file in model/00*.safetensors; do
    check "$file" "$program" train --data digits --resume "$file" --out x.safetensors
done
[ -e x.safetensors ] && failures=$((failures + 1)) && echo "FAILED: a model was written"
echo "$tried broken files, $failures of them without a proper error"
[ $failures = 0 ] && [ $tried -ge 100 ]
