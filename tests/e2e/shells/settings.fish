# What an interactive fish starts with.
function fish_prompt
    echo -n 'ready> '
end
source $HOME/vcm.fish
function vcm
    printf '%s\n' $argv end: >> $HOME/called
    echo called:
end
