# Lets fish complete each line in ~/lines.
source $HOME/vcm.fish
while read -l line
    for candidate in (complete -C $line)
        string split -m 1 -f 1 \t -- $candidate
    end
    echo end:
end <$HOME/lines >$HOME/offered
