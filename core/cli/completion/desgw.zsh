#compdef desgw
# desgw: completion for zsh. To have it in every shell, put it into a folder of $fpath:
#   desgw completion zsh > ~/.zfunc/_desgw
# or into ~/.zshrc, behind compinit:  source <(desgw completion zsh)
_desgw() {
  local word doc
  local -a done_words open_words
  while IFS=$'\t' read -r word doc; do
    if [[ $word == *= ]]; then open_words+=("${word//:/\\:}:$doc")
    else done_words+=("${word//:/\\:}:$doc"); fi
  done < <("${(Q)words[1]}" __complete zsh "${(@Q)words[2,CURRENT]}" 2> /dev/null)
  if (( $#done_words + $#open_words == 0 )); then _files; return; fi
  (( $#done_words )) && _describe desgw done_words
  (( $#open_words )) && _describe parameter open_words -S ''
}
if [[ "$funcstack[1]" == _desgw ]]; then _desgw "$@"; else compdef _desgw desgw; fi
