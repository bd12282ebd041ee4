"""Which constructs of bash may be allowed: node types, tokens, and forms checked as a whole."""

from __future__ import annotations

import re

from tools.bash.policy.words import Kind

MOST_DEPTH = 150
NAMED = frozenset(
    """program list pipeline command command_name word number string string_content raw_string
    ansi_c_string concatenation simple_expansion variable_name special_variable_name expansion
    command_substitution process_substitution subshell compound_statement negated_command
    redirected_statement file_redirect file_descriptor herestring_redirect for_statement do_group
    while_statement if_statement elif_clause else_clause case_statement case_item extglob_pattern
    test_command arithmetic_expansion variable_assignment brace_expression regex""".split()
)
TOKENS = frozenset(
    """; && || | |& ( ) { } ! < > >> &> &>> >& <& >| <<< <( $( ` " $ = $(( )) ${ .. : == != =~
    in for do done while until if then elif else fi case esac ;; [ ] [[ ]] % %% # ## / // , ,, ^
    ^^ :- - ? * @ += \n && ++ -- + , ~ !=""".split()
) | {"\n"}
NAMES = {
    "function_definition": "defines a function",
    "heredoc_redirect": "uses a here-document",
    "heredoc_body": "uses a here-document",
    "heredoc_start": "uses a here-document",
    "heredoc_content": "uses a here-document",
    "heredoc_end": "uses a here-document",
    "<<": "uses a here-document",
    "<<-": "uses a here-document",
    "export": "declares a variable",
    "declare": "declares a variable",
    "typeset": "declares a variable",
    "local": "declares a variable",
    "readonly": "declares a variable",
    "unset": "removes a variable",
    "function": "defines a function",
    "c_style_for_statement": "uses a loop over an arithmetic expression",
    "comment": "holds a comment, which could hide something",
    "array": "uses an array",
    "subscript": "uses an array",
    "translated_string": "uses a translated string",
    "&": "runs a command in the background",
    "declaration_command": "declares a variable",
    "unset_command": "removes a variable",
    ">(": "sends output into a command",
    "select": "uses a select menu",
}
HOLES: dict[str, Kind] = {
    "simple_expansion": "variable",
    "expansion": "variable",
    "command_substitution": "substitution",
    "process_substitution": "substitution",
    "arithmetic_expansion": "arithmetic",
}
SKIP = frozenset(("arithmetic_expansion", "expansion", "brace_expression"))
PLAIN = r"[^$`\\\"'{}<>()|&;\n]*"
EXPANSION = re.compile(
    r"\$\{(?:#?[A-Za-z_]\w*|[A-Za-z_]\w*(?:(?:##?|%%?|//?|/[#%]|:?[-+?])"
    + PLAIN
    + r"|,,?|\^\^?|:[0-9]+(?::[0-9]+)?))\}"
)
TERM = r"(?:\"\$\w+\"|\$\w+|[\w./~:-]+|\"[\w./ ~:-]*\")"
CONDITION = rf"(?:! )?(?:-[bcdefghkLprsSuwxznOG] {TERM}|{TERM} (?:=|==|!=) {TERM})"
DOUBLE = re.compile(rf"\[\[ {CONDITION}(?: (?:&&|\|\|) {CONDITION})* \]\]")
NUMERIC = re.compile(
    r"\$\(\s*(?:date (?:-u ?)?(?:-u?d (?:[\w@+:./-]+|'[^'\n]*'|\"\$\(date \+%F\)\") )?"
    r"\+%[sYmdHMSjVe]"
    r"|stat -c %[Ysha] [\w./~-]+|nproc|id -u|wc -l < [\w./~-]+)\s*\)"
)
ARITHMETIC = re.compile(r"(?:\d+#[0-9a-zA-Z]+|[\d\s()+*/%<>=!&|^~?:,-])*")
VARIABLE = re.compile(r"[a-z][a-z0-9_]*")
