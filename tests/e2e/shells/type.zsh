# Types what is in ~/keys, parted by NUL, into the interactive shell that the arguments start, each
# one followed by Enter and after the call of the one before.
module_path=($PARTS/usr/lib/*/zsh/*(/))
zmodload zsh/zpty
zpty shell "exec ${(j: :)${(q)@}}"
zpty -r shell output '*ready>*' || exit 1
for keys in "${(@0)$(<$HOME/keys)}"; do
  zpty -w -n shell "$keys"$'\r'
  zpty -r shell output '*called:*ready>*' || { print -r -- "after $keys: $output"; exit 1 }
done
# Hung up it would end later, or, with SIGHUP ignored, perhaps never.
zpty -w -n shell $'exit\r'
while zpty -r shell output; do :; done
zpty -d shell
