# Usage: tied_program.sh LOG PROGRAM [ARGUMENT]...
# Runs a program for as long as somebody holds this script's stdin open.
# Ctrl-C reaches this script too; it has to stay until the one who holds its stdin is gone.
trap '' INT HUP TERM
log=$1
shift
"$@" >"$log" 2>&1 </dev/null &
program=$!
read -r _
kill -KILL "$program"
wait "$program"
