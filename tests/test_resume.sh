# Unfinished trainings: none is lost or mixed with another, and no foreign file is used or removed.
set -u
program=$1
. "$(dirname "$0")/expect.sh"
unset LENET5_DATA
export XDG_DATA_HOME="$folder/none"
"$program" synth --out digits --count 300 --test-count 100 --seed 1 >/dev/null || exit 1
"$program" synth --out others --count 300 --test-count 100 --seed 2 >/dev/null || exit 1

train() { "$program" train --data digits --quiet "$@"; }

# interrupt FILE OPTION...: starts a long training and interrupts it as soon as FILE exists.
interrupt() {
    wanted=$1
    shift
    rm -f err
    "$program" train --data digits --quiet --epochs 1000 "$@" 2>err &
    for _ in $(seq 200); do
        [ -e "$wanted" ] && break
        sleep 0.05
    done
    kill -TERM $!
    wait $! && fail "$* was not interrupted"
    [ -e "$wanted" ] || fail "$*: no $wanted: $(cat err)"
}
sum() { cksum <"$1"; }

# ---- One network: an unfinished training is resumed or dropped, never overwritten.
train --epochs 3 --out whole.safetensors
interrupt a.checkpoint.safetensors --out a.safetensors
before=$(sum a.checkpoint.safetensors)
grep -q -e "lenet5[^ ]* train --resume a.checkpoint.safetensors --out a.safetensors --data digits" err || fail "the hint how to continue: $(cat err)"
expect 1 "--resume" train --out a.safetensors
grep -q -e "--restart" err && grep -q "a.checkpoint.safetensors: .* of 1000 epochs" err || fail "the refusal is: $(cat err)"
expect 1 "--restart" train --out a.safetensors --committee 2
expect 1 "was started with --loss map, not mse" train --resume --out a.safetensors --loss mse
expect 1 "was started with --seed 1, not 2" train --resume --out a.safetensors --seed 2
expect 1 "was started with --epochs 1000, not 3" train --resume --out a.safetensors --epochs 3
expect 1 "was started with --without-drawn off, not on" train --resume --out a.safetensors --without-drawn
expect 1 "was started with other data: SHA-256" train --resume --out a.safetensors --data others
expect 1 "was started with another teacher: SHA-256 none" train --resume --out a.safetensors --teacher whole.safetensors
expect 1 "not of a committee" train --resume --out a.safetensors --committee 2
expect 1 "nothing to resume" train --resume --out none.safetensors
[ "$(sum a.checkpoint.safetensors)" = "$before" ] || fail "a refused training changed the checkpoint"
works train --restart --epochs 3 --out a.safetensors
same a.safetensors whole.safetensors "--restart"
[ -e a.checkpoint.safetensors ] && fail "--restart left the checkpoint"

# ---- The hint how to continue is a complete command that a shell accepts with any file names.
interrupt "it's a \$x;.checkpoint.safetensors" --out "it's a \$x;.safetensors"
before=$(sum "it's a \$x;.checkpoint.safetensors")
grep -q "^interrupted; to continue: " err || fail "the hint how to continue: $(cat err)"
eval "set -- $(sed -n 's/^interrupted; to continue: .*lenet5[^ ]* train //p' err)"
[ "$*" = "--resume it's a \$x;.checkpoint.safetensors --out it's a \$x;.safetensors --data digits --quiet" ] && [ "$2" = "it's a \$x;.checkpoint.safetensors" ] && [ "$4" = "it's a \$x;.safetensors" ] || fail "the hint how to continue: $(cat err)"
expect 1 "was started with --seed 1, not 2" "$program" train "$@" --seed 2
rm -- "$2"
cp -r digits "my data"
LENET5_DATA="my data" "$program" train --epochs 1000 --log "a log.csv" --threads 1 --json --out q.safetensors >out 2>err &
for _ in $(seq 200); do [ -s out ] && break; sleep 0.05; done
kill -TERM $!
wait $! && fail "q was not interrupted"
resuming=$(sed -n 's/^interrupted; to continue: //p' err)
grep -q -e "--data 'my data' --log 'a log.csv' --threads 1 --json" err || fail "the hint how to continue: $(cat err)"
(eval "exec $resuming --seed 2") 2>err
[ $? = 1 ] && grep -q "was started with --seed 1, not 2" err || fail "pasted: $resuming: $(cat err)"
rm -r q.* "my data"

# ---- A file that is not a checkpoint is never overwritten, not even by --restart.
echo mine >b.checkpoint.safetensors
cp whole.safetensors c.checkpoint.safetensors
expect 1 "b.checkpoint.safetensors" train --restart --epochs 1 --out b.safetensors
expect 1 "move it away" train --restart --epochs 1 --out c.safetensors
[ "$(cat b.checkpoint.safetensors)" = mine ] || fail "a foreign file was overwritten"
same c.checkpoint.safetensors whole.safetensors "a model of the user's was overwritten"

# ---- Resuming from a checkpoint of another name only reads it; resuming onto itself leaves the finished model.
cat >halve.py <<'PY'
import signal, subprocess, sys
for attempt in range(20): # on a busy machine a training can end before it is killed
    process = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE)
    for n in range(int(sys.argv[1])):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    if process.wait() == -signal.SIGKILL:
        sys.exit(0)
PY
# halve LINES OPTION...: starts a training of recipe best and kills it with SIGKILL after LINES epochs.
halve() { lines=$1; shift; python3 halve.py "$lines" "$program" train --data digits --json --recipe best "$@"; }
train --recipe best --epochs 6 --out best.safetensors
halve 2 --epochs 6 --out d.safetensors
[ -e d.checkpoint.safetensors ] || fail "a killed training left no checkpoint"
cp d.checkpoint.safetensors backup
before=$(sum backup)
works train --resume backup --out e.safetensors
same e.safetensors best.safetensors "resumed from a copy"
[ "$(sum backup)" = "$before" ] || fail "the checkpoint that --resume named was changed"
[ -e e.checkpoint.safetensors ] && fail "its own checkpoint was left"
expect 1 "another unfinished training" train --resume backup --out d.safetensors
works train --resume backup --out backup
same backup best.safetensors "resumed onto itself"
[ "$(ls -A backup*)" = backup ] || fail "resumed onto itself: $(ls -A backup*)"
expect 1 "is the checkpoint of an unfinished training" train --epochs 1 --out d.checkpoint.safetensors
expect 1 "is the checkpoint of an unfinished training" "$program" calibrate d.checkpoint.safetensors --data digits --validation 100
expect 0 "scale" "$program" calibrate d.checkpoint.safetensors --data digits --validation 100 --out k.safetensors
works train --resume --recipe best --epochs 6 --batch 64 --out d.safetensors # the same options may be given again
same d.safetensors best.safetensors "resumed"

# ---- Whole strings: the same, beginning with another model.
train --recipe strings --from whole.safetensors --epochs 3 --out strings.safetensors
python3 halve.py 1 "$program" train --data digits --json --recipe strings --from whole.safetensors --epochs 3 --out s.safetensors
expect 1 "was started with --recipe strings, not read" train --resume --recipe read --out s.safetensors
works train --resume --threads 1 --out s.safetensors
same s.safetensors strings.safetensors "resumed strings"
train --recipe strings --epochs 3 --out other.safetensors
cmp -s other.safetensors strings.safetensors && fail "--from makes no difference"

# ---- A committee: it uses only its own members, all trained with the same options.
train --recipe best --epochs 4 --committee 3 --seed 7 --out committee.safetensors
train --recipe 1998 --epochs 1 --seed 8 --out f.8.safetensors
cp f.8.safetensors f.9.safetensors
before=$(sum f.8.safetensors)
works train --recipe best --epochs 4 --committee 3 --seed 7 --out f.safetensors
same f.safetensors committee.safetensors "beside files of similar names"
[ "$(sum f.8.safetensors)" = "$before" ] && [ -e f.9.safetensors ] || fail "foreign files were used as members"
halve 5 --epochs 4 --committee 3 --seed 7 --out g.safetensors
[ -e g.members/1-of-3.checkpoint.safetensors ] || fail "no member: $(ls -A)"
expect 1 "g.members: an unfinished committee of 3 networks," train --recipe best --epochs 4 --committee 3 --seed 7 --out g.safetensors
expect 1 "--restart" train --out g.safetensors
for other in "--loss mse" "--batch 32" "--negatives 0.5" "--seed 8" "--epochs 5" "--recipe read" "--validation 10" "--committee 4"; do
    # shellcheck disable=SC2086 # an option and its value
    expect 1 "was started with ${other% *}" train --resume --out g.safetensors $other
done
expect 1 "was started with other data" train --resume g.members --out g.safetensors --data others
cp -r g.members kept
works train --resume g.members --out g.safetensors
same g.safetensors committee.safetensors "a resumed committee"
[ -e g.members ] && fail "the members were left"

# A member that --restart cannot remove is an error, and the new training does not use it. Root drops its capabilities.
ordinary() { if [ "$(id -u)" = 0 ]; then setpriv --bounding-set=-dac_override,-dac_read_search "$@"; else "$@"; fi; }
if ordinary true 2>/dev/null; then
    cp -r kept i.members
    chmod 555 i.members
    expect 1 "i.members/1-of-3.checkpoint.safetensors: cannot be removed" \
        ordinary "$program" train --data digits --quiet --restart --recipe best --epochs 4 --committee 3 --seed 7 --out i.safetensors
    [ -e i.safetensors ] && fail "a committee was trained although a member could not be removed"
    chmod 755 i.members
    rm -r i.members
fi

# A member of a training with another seed or another loss.
for options in "--seed 7" "--loss mse"; do
    # shellcheck disable=SC2086
    halve 1 --epochs 4 $options --out h.safetensors
    rm -rf g.safetensors g.members && cp -r kept g.members && cp h.checkpoint.safetensors g.members/2-of-3.checkpoint.safetensors
    before=$(sum h.checkpoint.safetensors)
    expect 1 "g.members/2-of-3.checkpoint.safetensors: was started with ${options% *}" train --resume --out g.safetensors
    grep -q "move it away" err || fail "the error names no remedy: $(cat err)"
    [ "$(sum g.members/2-of-3.checkpoint.safetensors)" = "$before" ] || fail "a member of another training was changed"
    rm h.checkpoint.safetensors
done
cp whole.safetensors g.members/2-of-3.checkpoint.safetensors
expect 1 "2-of-3.checkpoint.safetensors: this is a finished model" train --resume --out g.safetensors
expect 1 "move it away" train --restart --out g.safetensors
head -c 1000 kept/1-of-3.checkpoint.safetensors >g.members/2-of-3.checkpoint.safetensors
expect 1 "the checkpoint is damaged; move it away" train --out g.safetensors
rm g.members/2-of-3.checkpoint.safetensors # a missing member is trained again
echo mine >g.members/notes
works train --resume --out g.safetensors
same g.safetensors committee.safetensors "a committee with a member that was missing"
[ "$(ls -A g.members)" = notes ] || fail "in the folder of the members: $(ls -A g.members)"
rm -rf g.members && cp -r kept g.members
head -c 1000 kept/1-of-3.checkpoint.safetensors >g.members/2-of-3.checkpoint.safetensors
works train --restart --epochs 3 --out g.safetensors
same g.safetensors whole.safetensors "a network in place of a committee"
[ -e g.members ] && fail "--restart left the members"

# ---- Output names that would overwrite an input, or cannot be written, are refused at once.
cksum digits/* whole.safetensors >sums
image=digits/$(cd digits && ls | grep images | head -n 1)
expect 1 "is the same file as" train --out same --log same
expect 1 "is the same file as" train --out n.safetensors --log ./n.checkpoint.safetensors
expect 1 "is the same file as digits" train --out "$image"
expect 1 "is the same file as digits" train --out n.safetensors --log "$image"
expect 1 "is the same file as whole.safetensors" train --teacher whole.safetensors --out ./whole.safetensors
expect 1 "is the same file as whole.safetensors" train --teacher whole.safetensors --out n.safetensors --log whole.safetensors
expect 1 "is the same file as digits" "$program" calibrate whole.safetensors --data digits --validation 100 --out "$image"
expect 1 "is a folder" train --out digits
expect 2 "the file name is empty" train --out ""
expect 1 "nodir" train --out nodir/x
expect 1 "nodir" train --out n.safetensors --log nodir/x
expect 2 "--out -: cannot write to standard output" train --out -
expect 2 "--log -: cannot write to standard output" train --out n.safetensors --log -
if ordinary true 2>/dev/null; then
    mkdir locked
    chmod 555 locked
    expect 1 "locked/n.safetensors: cannot be written: Permission denied" ordinary "$program" train --data digits --epochs 1000 --out locked/n.safetensors
    expect 1 "locked/log: cannot be written: Permission denied" ordinary "$program" train --data digits --epochs 1000 --out n.safetensors --log locked/log
    rmdir locked
fi
cksum digits/* whole.safetensors | cmp -s - sums || fail "a file was overwritten"
[ -z "$(ls -d n.* same* 2>/dev/null)" ] || fail "a refused training left $(ls -d n.* same*)"
LENET5_DATA=/no/such expect 1 "LENET5_DATA: /no/such: this folder does not exist" "$program" train --epochs 1 --out n.safetensors
for command in "test" "synth --strings x" "synth --distort x.png"; do
    LENET5_DATA=/no/such expect 1 "LENET5_DATA: /no/such: this folder does not exist" "$program" $command
done
expect 1 "--data: /no/such: this folder does not exist" "$program" train --data /no/such

# ---- A model with the default name is not overwritten without --out.
works train --epochs 1
before=$(sum lenet5.safetensors)
expect 1 "lenet5.safetensors exists; name it with --out" train --epochs 2
expect 1 "lenet5.safetensors exists; name it with --out" train --restart --epochs 2
[ "$(sum lenet5.safetensors)" = "$before" ] || fail "the model of the default name was overwritten"
interrupt lenet5.checkpoint.safetensors --out lenet5.safetensors
expect 1 "lenet5.safetensors exists; name it with --out" train --resume
rm lenet5.*

# ---- Two trainings at the same time: the second one changes nothing, and the first one ends as if alone.
cat >crowd.py <<'PY'
import atexit, glob, signal, subprocess, sys, time

program, kind = sys.argv[1:3]
committee = ["--committee", "2"] if kind == "committee" else []
saved = "y.members/1-of-2.checkpoint.safetensors" if committee else "y.checkpoint.safetensors"
begin = [program, "train", "--data", "digits", "--quiet", "--epochs", "1000", "--out", "y.safetensors"] + committee
first = subprocess.Popen(begin, stderr=subprocess.DEVNULL)
atexit.register(first.kill)
for _ in range(400):
    if glob.glob(saved):
        break
    time.sleep(0.05)
first.send_signal(signal.SIGSTOP) # the saved files stay unchanged
before = open(saved, "rb").read()
others = [begin, begin + ["--restart"], begin + ["--resume"], begin[:-len(committee) or None] + ["--resume"],
          [program, "train", "--data", "digits", "--out", "./link/y.safetensors"]]
if not committee:
    others += [[program, "train", "--data", "digits", "--quiet", "--resume", saved, "--out", "elsewhere.safetensors"],
               [program, "train", "--data", "digits", "--quiet", "--resume", saved, "--out", saved]]
for command in others:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 1 or f"is being trained by another lenet5 (process {first.pid})" not in done.stderr:
        sys.exit(f"{command[1:]}: exit code {done.returncode}: {done.stderr}")
if open(saved, "rb").read() != before or glob.glob("elsewhere*"):
    sys.exit("a training that was refused has written something")
beside = subprocess.run([program, "train", "--data", "digits", "--quiet", "--epochs", "1", "--out", "z.safetensors"])
first.send_signal(signal.SIGKILL)
first.wait()
if beside.returncode != 0:
    sys.exit("another model of the folder could not be trained")
again = subprocess.run(begin + ["--restart", "--epochs", "1"], capture_output=True, text=True)
sys.exit(again.returncode and again.stderr)
PY
ln -s . link
for kind in single committee; do
    python3 crowd.py "$program" $kind || fail "two trainings at the same time, $kind"
    [ -z "$(find . -name 'y.*' ! -name y.safetensors ! -name y.safetensors~)" ] || fail "left of the trainings: $(ls -d y.*)"
    rm -rf y.*
done

# ---- A log that cannot be written is detected before the first epoch; a later failure loses no epoch.
expect 1 "/dev/full: cannot be written" train --epochs 1000 --out l.safetensors --log /dev/full
[ -z "$(ls l.* 2>/dev/null)" ] || fail "left of a training that did not begin: $(ls l.*)"
cat >lose_log.py <<'PY'
import os, shutil, signal, subprocess, sys
os.mkdir("logs")
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
process.stdout.readline()
process.send_signal(signal.SIGSTOP)
shutil.rmtree("logs")
process.send_signal(signal.SIGCONT)
for n in range(int(sys.argv[1])):
    process.stdout.readline()
if int(sys.argv[1]):
    process.send_signal(signal.SIGKILL)
process.stdout.close() if int(sys.argv[1]) else process.stdout.read()
sys.stderr.write(process.stderr.read())
sys.exit(process.wait() % 256)
PY
python3 lose_log.py 0 "$program" train --data digits --json --epochs 3 --out l.safetensors --log logs/log.csv 2>err
[ $? = 1 ] || fail "a log that cannot be written: wrong exit code"
same l.safetensors whole.safetensors "a log that was lost"
[ "$(grep -c 'logs/log.csv: cannot be written' err)" = 2 ] || fail "reported at once and at the end: $(cat err)"
python3 lose_log.py 2 "$program" train --data digits --json --recipe best --epochs 300 --out m.safetensors --log logs/log.csv 2>err
python3 - m.checkpoint.safetensors <<'PY' || fail "the checkpoint lacks the epochs that the log lacks"
import json, struct, sys
data = open(sys.argv[1], "rb").read()
epochs = json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]])["__metadata__"]["passes"]
assert int(epochs) >= 2, epochs
PY
rm m.*
halve 2 --epochs 6 --out m.safetensors
works train --resume --out m.safetensors --log log.csv
same m.safetensors best.safetensors "resumed with another log"
[ "$(wc -l <log.csv)" = 7 ] || fail "the log has not all epochs"

# ---- A model keeps the mode of the one that it replaces; the old one is kept as a backup.
chmod 600 l.safetensors
expect 0 "l.safetensors is replaced; the old file is kept as l.safetensors~" "$program" train --data digits --epochs 1 --out l.safetensors
[ "$(stat -c %a l.safetensors)" = 600 ] || fail "a model of mode 600 has $(stat -c %a l.safetensors)"
same l.safetensors~ whole.safetensors "the model that was replaced"
cp l.safetensors kept.safetensors
works train --epochs 2 --out l.safetensors # a second one replaces the first
[ -s err ] && fail "--quiet: $(cat err)"
same l.safetensors~ kept.safetensors "the second model that was replaced"
expect 0 "is replaced" "$program" train --data digits --recipe best --committee 2 --epochs 1 --out l.safetensors
mkdir linked
ln -s ../l.safetensors linked/to.safetensors
cp l.safetensors kept.safetensors
works train --epochs 1 --out linked/to.safetensors
[ "$(ls linked)" = to.safetensors ] && [ -L linked/to.safetensors ] || fail "a link: $(ls linked)"
same l.safetensors~ kept.safetensors "a model that a link leads to"
works "$program" calibrate l.safetensors --data digits --validation 100
grep -q "l.safetensors is replaced" err || fail "calibrated: $(cat err)"
mkdir n.safetensors~
cp l.safetensors n.safetensors
expect 1 "the old file cannot be kept as" train --epochs 1 --out n.safetensors
same n.safetensors l.safetensors "a model that could not be kept"
rmdir n.safetensors~
works train --resume --out n.safetensors

[ -z "$(find . -name '*.tmp')" ] || fail "litter: $(find . -name '*.tmp')"
[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
