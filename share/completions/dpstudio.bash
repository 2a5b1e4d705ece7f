# SPDX-License-Identifier: MIT
# Completion of dpstudio for bash. The program itself says what may follow (`dpstudio
# complete`), so that commands, options, tasks, sources and destinations are always
# those that there are. Where it says nothing, file names are offered.
_dpstudio() {
    local cur words cword reply word
    if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n =: cur words cword
    else
        cur=${COMP_WORDS[COMP_CWORD]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
    fi
    reply=$("${words[0]}" complete -- "${words[@]:1:cword}" 2>/dev/null) || return 0
    COMPREPLY=()
    while IFS= read -r word; do
        [ -n "$word" ] && COMPREPLY+=("$word")
    done <<<"$reply"
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
    declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
    return 0
}
complete -o default -F _dpstudio dpstudio
