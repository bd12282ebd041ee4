"""What specialists look things up in: recipes, notes, manuals and a person's own files."""

from __future__ import annotations


class KnowledgeError(Exception):
    """The knowledge base cannot do what was asked. The text says what to do next."""
