# desgw: completion for bash. To have it in every shell:
#   mkdir -p ~/.local/share/bash-completion/completions
#   desgw completion bash > ~/.local/share/bash-completion/completions/desgw
_desgw() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <("$1" __complete bash "$COMP_POINT" "$COMP_LINE" "$COMP_WORDBREAKS" 2> /dev/null)
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _desgw desgw
