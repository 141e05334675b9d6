# What an interactive bash starts with.
PS1='ready> '
source "$HOME/vcm.bash"
vcm() {
  printf '%s\n' "$@" end: >> "$HOME/called"
  echo called:
}
