"""Asks llama.cpp whether a grammar accepts a text."""

from __future__ import annotations

from runtime.llama import Grammar, Model


def accepts(model: Model, gbnf: str, text: str) -> bool:
    """Say whether the grammar accepts the whole text, token by token."""
    grammar = Grammar(model, gbnf)
    try:
        for token in [*model.tokenize(text, special=True), 0]:  # 0 ends the text
            if not grammar.allowed([token])[0]:
                return False
            grammar.accept(token)
        return True
    finally:
        grammar.close()
