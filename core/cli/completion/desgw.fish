# desgw: completion for fish. To have it in every shell:
#   desgw completion fish > ~/.config/fish/completions/desgw.fish
function __desgw_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  set -l found ($words[1] __complete fish $words[2..-1] "$typed" 2> /dev/null)
  if test (count $found) -gt 0
    printf '%s\n' $found
  else
    __fish_complete_path $typed
  end
end
complete -c desgw -f -a '(__desgw_complete)'
