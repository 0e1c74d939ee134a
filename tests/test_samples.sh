# Reads every picture of docs/samples and compares the answer with samples.tsv.
set -u
program=$1
samples=$(dirname "$0")/../docs/samples
failures=0
tab=$(printf '\t')
while IFS=$tab read -r file options truth; do
    [ "$options" = - ] && options=
    # shellcheck disable=SC2086 # a list of options
    answer=$("$program" read "$samples/$file" $options --csv 2>/dev/null | tail -n +2 | cut -d , -f 4,5)
    case $truth in
    "?") wanted="*,unsure" ;;
    -) wanted=",empty" ;;
    *) wanted="$truth,accepted" ;;
    esac
    # shellcheck disable=SC2254 # a pattern
    case $answer in
    $wanted) echo "$file: $answer" ;;
    *)
        echo "FAILED: $file: $answer, expected $wanted"
        failures=$((failures + 1))
        ;;
    esac
done <"$samples/samples.tsv"
[ $failures = 0 ]
