# The installed program is one file.
set -eu
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }
case "$build" in
*release) ;;
*) echo "skipped: only the release build is installed" && exit 77 ;;
esac
cmake --install "$build" --prefix "$folder/usr" >/dev/null
"$folder/usr/bin/lenet5" version | grep -q "^lenet5 "

# The program contains its rarely used parts as modules: it is one file that can be moved, and links none of Leptonica,
# cairo, libcurl and libmicrohttpd. Each module exports only its table.
needed=$(readelf -d "$folder/usr/bin/lenet5" | grep NEEDED)
case "$needed" in *cairo* | *curl* | *lept* | *microhttpd*) fail "the program links a library of a module: $needed" ;; esac
for module in lenet5_drawing lenet5_fetch lenet5_pictures lenet5_serve; do
    exported=$(nm -D --defined-only "$build/$module.so" | awk '{print $3}')
    [ "$exported" = $module ] || fail "$module exports $exported"
done
cat >"$folder/log.csv" <<'CSV'
pass,loss,train_error_pct,test_error_pct,seconds,recipe
1,1.5,9.5,3.5,20,fast
2,1.2,4.5,2.5,20,fast
CSV
mkdir "$folder/alone"
mv "$folder/usr/bin/lenet5" "$folder/alone/lenet5"
rm -r "$folder/usr"
"$folder/alone/lenet5" plot "$folder/log.csv" --out "$folder/curve.svg" >/dev/null
grep -q "<svg" "$folder/curve.svg" || fail "the program draws nothing"
"$folder/alone/lenet5" fetch mnist --data "$folder/data" --mirror file:///nowhere 2>"$folder/err" && fail "a fetch from a missing mirror succeeded"
grep -q "^lenet5: file:///nowhere/train-images" "$folder/err" || fail "libcurl is not used: $(cat "$folder/err")"
samples=$(dirname "$0")/../docs/samples
"$folder/alone/lenet5" read "$samples/ruled-paper.jpg" >/dev/null 2>&1 || fail "the program reads no JPEG"

# A module cannot be loaded because the limit on open files is just enough for the program's start: the error gives the
# reason, and no files are left.
reported=
for files in 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    code=0
    (ulimit -n $files; "$folder/alone/lenet5" fetch mnist --data "$folder/none" --mirror file:///nowhere) \
        >/dev/null 2>"$folder/err" || code=$?
    [ $code = 1 ] && grep -q "lenet5_fetch, a part of the program, cannot be loaded" "$folder/err" && reported=1 && break
done
[ -n "$reported" ] || fail "fetch without its module: exit code $code, $(cat "$folder/err")"
[ ! -e "$folder/none" ] || fail "fetch made a folder although it cannot fetch"
echo "all passed"
