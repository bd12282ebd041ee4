"""The store: conversations, transcripts, ratings, rules, the journal and the audit in one file."""

from __future__ import annotations

from pathlib import Path

from records.audit import AuditRecords
from records.conversations import Conversation, ConversationRecords
from records.database import Database, RecordsError
from records.feedback import FeedbackItem
from records.gathering import FeedbackRecords
from records.journal import JournalEntry, JournalRecords
from records.page import PageRecords
from records.paths import home
from records.preferences import Preference
from records.ratings import Rating
from records.reviews import Review
from records.rules import Rule, RuleRecords

__all__ = [
    "Conversation",
    "FeedbackItem",
    "JournalEntry",
    "Preference",
    "Rating",
    "RecordsError",
    "Review",
    "Rule",
    "Store",
]


class Store(
    ConversationRecords, FeedbackRecords, JournalRecords, AuditRecords, PageRecords, RuleRecords
):
    """All that Mica remembers, in `$MICA_HOME/mica.db` unless a path is given.

    Safe from many threads; several processes may open the same file. Messages are plain
    dictionaries in the shape of OpenAI chat messages. Every method may raise `RecordsError`.
    """

    def __init__(self, path: Path | None = None, *, wait_seconds: float = 10.0) -> None:
        """Open or make the file; `wait_seconds` is how long a write waits for another's.

        Raises:
            RecordsError: the file cannot be opened, is not ours, or is from a later version.
        """
        if path is None:
            try:
                path = home() / "mica.db"
            except OSError as error:
                raise RecordsError(
                    f"the data folder cannot be made ({error}); set MICA_HOME to one that can"
                ) from error
        self.database = Database(path, wait_seconds=wait_seconds)

    def close(self) -> None:
        """Close the file."""
        self.database.close()
