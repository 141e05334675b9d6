# Usage: unshare --mount sh machine.sh FOLDER
# Runs machine_init.sh as process 1 of namespaces of its own, for as long as somebody holds this
# script's stdin open. FOLDER/unshare gets the process id of that process's parent.
#
# systemd manages the control group that it is started in. It gets one of its own, or it would
# take over the host's.
# Ctrl-C reaches this script too; it has to stay until the one who holds its stdin is gone.
trap '' INT HUP TERM
set -eu
directory=$1
here=$(dirname "$0")

mkdir "$directory/cgroup"
mount -t cgroup2 none "$directory/cgroup"
group=$directory/cgroup/vcm-test-$$
mkdir "$group"

sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$group" \
  unshare --pid --fork --mount --uts --ipc --cgroup --kill-child \
  sh "$here/machine_init.sh" >"$directory/machine.log" 2>&1 </dev/null &
machine=$!
echo "$machine" >"$directory/unshare"
read -r _ || true
# The machine's first process, so that unshare sees it end; unshare itself where there is none yet.
kill -KILL $(cat "/proc/$machine/task/$machine/children") || kill -KILL "$machine"
wait "$machine" || true

# The kernel empties the groups a moment after the processes are gone.
tries=0
until find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || [ $tries -ge 50 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
