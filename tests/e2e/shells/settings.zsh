# What an interactive zsh starts with.
PS1='ready> '
module_path=($PARTS/usr/lib/*/zsh/*(/))
fpath=($HOME/functions $PARTS/usr/share/zsh/functions/**/*(/))
autoload -Uz compinit
compinit -u -D
vcm() {
  printf '%s\n' "$@" end: >> $HOME/called
  echo called:
}

# Ctrl-T writes down what completion would offer.
_note() {
  compadd() {
    local -a hits
    # With these it tells its caller what matches, and offers nothing.
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
      builtin compadd "$@"
      return
    fi
    builtin compadd -A hits "$@"
    (( $#hits )) && print -rl -- $hits >> $HOME/offered
  }
  _main_complete
  unfunction compadd
  print end: >> $HOME/offered
}
zle -C note list-choices _note
bindkey '^T' note
