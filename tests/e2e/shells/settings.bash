# What an interactive bash starts with.
PS1='ready> '
# It would be written when the terminal has gone, and nobody waits for that.
unset HISTFILE
source "$HOME/vcm.bash"
vcm() {
  printf '%s\n' "$@" end: >> "$HOME/called"
  echo called:
}
