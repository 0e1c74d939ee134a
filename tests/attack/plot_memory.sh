# plot_memory.sh LENET5 SHIM: makes one allocation after another fail in lenet5 plot. The command must draw the plot or
# report an error. It must never crash or leave an incomplete picture. Every 300th of about 12,000 allocations fails.
set -eu
lenet5=$1
folder=$(mktemp -d)
shim=$folder/no_memory.so # LD_PRELOAD accepts no path with blanks
cp "$2" "$shim"
trap 'rm -rf "$folder"' EXIT
printf '%s\n' 'pass,loss,train_error_pct,test_error_pct,low,high' '1,4.0,5.0,3.0,1,2' '2,3.0,2.0,1.5,1,2' >"$folder/log.csv"

if ! LD_PRELOAD=$shim "$lenet5" plot "$folder/log.csv" --out "$folder/whole.png" >/dev/null 2>&1; then
    echo "skipped: the program does not run with $shim"
    exit 77
fi
failures=0
for format in png svg; do
    at=20
    while [ "$at" -lt 12000 ]; do
        picture=$folder/picture.$format
        code=0
        NO_MEMORY_AT=$at LD_PRELOAD=$shim timeout 60 "$lenet5" plot "$folder/log.csv" --out "$picture" \
            >/dev/null 2>"$folder/errors" || code=$?
        case $code in
            0) [ -s "$picture" ] ;;
            1) [ ! -e "$picture" ] && grep -q '^lenet5: .*memory' "$folder/errors" ;;
            *) false ;;
        esac || { echo "allocation $at, $format: exit code $code: $(cat "$folder/errors")"; exit 1; }
        failures=$((failures + (code == 1)))
        rm -f "$picture"
        at=$((at + 300))
    done
done
# The error gives the reason why the drawing process ended. A FIFO as the font configuration keeps that process waiting.
mkfifo "$folder/fonts"
draw_and_end() {
    FONTCONFIG_FILE=$folder/fonts "$lenet5" plot "$folder/log.csv" --out "$folder/ended.svg" 2>"$folder/errors" &
    child=
    for _ in $(seq 100); do
        child=$(cat "/proc/$!/task/$!/children")
        [ -n "$child" ] && break
        sleep 0.05
    done
    sleep 0.2
    # shellcheck disable=SC2086 # a blank follows the number
    kill -"$1" $child
    code=0
    wait $! || code=$?
    [ $code = 1 ] && [ ! -e "$folder/ended.svg" ] && grep -q "$2" "$folder/errors" ||
        { echo "signal $1: exit code $code: $(cat "$folder/errors")"; exit 1; }
}
draw_and_end ALRM "takes longer than 30 seconds"
draw_and_end KILL "signal 9 ended the drawing process"

[ "$failures" -gt 0 ] || { echo "no allocation failed in the program"; exit 1; }
echo "$failures failures reported"
