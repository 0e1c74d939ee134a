# Interrupts a training twenty times at random moments with SIGINT and SIGKILL: the model must equal, byte by byte, that
# of an uninterrupted training.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
"$program" synth --out digits --count 6000 --test-count 100 --seed 1 >/dev/null || exit 1

interrupted_runs() {
    recipe=$1 epochs=$2 kills=$3
    "$program" train --data digits --recipe "$recipe" --epochs "$epochs" --threads 2 --quiet --out whole.safetensors || return 1
    rm -f cut.safetensors cut.checkpoint.safetensors
    python3 - "$program" "$recipe" "$epochs" "$kills" <<'PY'
import os, random, signal, subprocess, sys, time
program, recipe, epochs, kills = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
random.seed(recipe)
begin = [program, "train", "--data", "digits", "--recipe", recipe, "--epochs", epochs, "--quiet", "--out", "cut.safetensors"]
again = [program, "train", "--data", "digits", "--quiet", "--out", "cut.safetensors", "--resume", "cut.checkpoint.safetensors"]
done = 0
while True:
    resumed = os.path.exists("cut.checkpoint.safetensors")
    process = subprocess.Popen(again if resumed else begin, stderr=subprocess.DEVNULL)
    if done < kills:
        time.sleep(random.uniform(0.02, 0.5))
        process.send_signal(signal.SIGINT if done % 2 else signal.SIGKILL)
    code = process.wait()
    if code == 0:
        break
    if code not in (1, -signal.SIGKILL, -signal.SIGINT) or done == kills:
        sys.exit(f"FAILED: {recipe}: exit code {code} after {done} interruptions")
    done += 1
print(f"{recipe}: {done} interruptions")
if done < 5:
    sys.exit("FAILED: interrupted less than five times")
PY
    [ $? = 0 ] || return 1
    cmp whole.safetensors cut.safetensors || { echo "FAILED: $recipe: another model"; return 1; }
}
# The epochs take some seconds on a fast machine.
interrupted_runs 1998 30 12 && interrupted_runs fast 100 12
