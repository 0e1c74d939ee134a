# Exported models in the hands of others: ONNX's own checker (python3-onnx), and the answers of ONNX Runtime to all of
# MNIST's test pictures beside those of lenet5 classify. What is not installed is skipped.
# usage: test_onnx.sh LENET5
set -u
program=$1
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/expect.sh"
model=$tests/../models/lenet5.safetensors
other=$tests/../models/strings.safetensors
works "$program" export onnx --model "$model" --max-error 0.1% --out float.onnx
works "$program" export onnx --model "$model" --max-error 0.1% --int8 --out int8.onnx
works "$program" export onnx --model "$model" --maps --out maps.onnx
works "$program" export onnx --model "$model" --maps --int8 --out maps8.onnx
works "$program" export onnx --model "$model,$other" --max-error 1% --out both.onnx
works "$program" export onnx --model "$model,$other" --int8 --maps --out both8.onnx

check() {
    /usr/bin/python3 - float int8 maps maps8 both both8 <<'PY'
import sys
import onnx

for name in sys.argv[1:]:
    model = onnx.load(f"{name}.onnx")
    onnx.checker.check_model(model, full_check=True)
    shapes = {o.name: [d.dim_param or d.dim_value for d in o.type.tensor_type.shape.dim] for o in model.graph.output}
    assert [i.name for i in model.graph.input] == ["pictures"], name
    assert list(shapes)[:5] == ["digit", "probability", "posterior", "penalty", "accepted"], (name, shapes)
    assert shapes["posterior"] == ["n", 11] and shapes["digit"] == ["n"], (name, shapes)
    maps = {"c1": ["n", 6, 28, 28], "s2": ["n", 6, 14, 14], "c3": ["n", 16, 10, 10], "s4": ["n", 16, 5, 5], "c5": ["n", 120],
            "f6": ["n", 84]}
    wanted = maps if name in ("maps", "maps8") else {**maps, **{f"2/{k}": v for k, v in maps.items()}} if name == "both8" else {}
    assert {k: v for k, v in shapes.items() if k in wanted or k[-2:] in maps} == wanted, (name, shapes)
    assert model.opset_import[0].version == 17
    nodes = {n.name: n for n in model.graph.node}
    for layer in wanted:
        assert nodes[layer].op_type == "Mul" and list(nodes[layer].input) == [f"{layer}.tanh", "A"], (name, layer)
    # The shapes that follow from the operators are those that are declared.
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    assert [o.type for o in inferred.graph.output] == [o.type for o in model.graph.output], name
PY
}
checked=
if /usr/bin/python3 -c "import onnx" 2>/dev/null; then
    check || fail "the checker of ONNX"
    checked=yes
else
    echo "skipped in part: python3-onnx is not installed (scripts/setup runtimes)"
fi

images=$(ls "${LENET5_DATA:-/nonexistent}"/t10k-images* 2>/dev/null | head -n 1)
if [ -z "$images" ]; then
    [ "$checked" ] || { echo "skipped: MNIST not found; set LENET5_DATA to its folder" && exit 77; }
    echo "skipped in part: MNIST not found; set LENET5_DATA to its folder"
    exit $((failures > 0))
fi
# answers OPTIONS...: what lenet5 classify says about all test pictures. Some are rejected: exit code 3.
answers() { "$program" classify --json --pick "$(seq -s, 0 9999)" "$@" "$images" >answers.jsonl; }
# compare FILE CHANGES [TOLERANCE]: runs tests/onnx/compare.mjs.
compare() {
    node "$tests/onnx/compare.mjs" "$1" "$images" answers.jsonl "$2" ${3:+"$3"} >out 2>&1
    code=$?
    sed "s/^/$1: /" out
    [ $code != 77 ] || { [ "$checked" ] && exit $((failures > 0)); exit 77; }
    [ $code = 0 ] || fail "$1: the answers differ"
}
command -v node >/dev/null || { echo "skipped in part: node is not installed" && exit $((failures > 0)); }
answers --model "$model" --max-error 0.1%
compare float.onnx 0 1e-5
compare int8.onnx 4
answers --model "$model,$other" --max-error 1%
compare both.onnx 0 1e-5

exit $((failures > 0))
