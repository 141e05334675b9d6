# Calls the function for completion as bash does, for each line in ~/lines.
source "$HOME/vcm.bash"
# Outside of readline it has nothing to talk to.
compopt() { echo "files"; }
# $2 of the function begins after the last of these, or after a quote.
break='[[:space:]"'\''@><=;|&(:]'
while IFS= read -r COMP_LINE; do
  COMP_POINT=${#COMP_LINE}
  read -ra COMP_WORDS <<< "$COMP_LINE"
  [[ $COMP_LINE == *" " ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _vcm vcm "${COMP_LINE##*$break}" "${COMP_WORDS[COMP_CWORD - 1]}"
  ((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
  echo end:
done < "$HOME/lines" > "$HOME/offered"
