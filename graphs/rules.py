"""Standing approvals at work: which rules cover a command, and making one of an approval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from records.rules import Rule
from records.secrets import mask
from records.store import Store
from tools.bash.policy.decision import Decision
from tools.bash.policy.rule_text import ScopeError, read_scope, sentence
from tools.bash.policy.scope import Scope, covering, proposed

__all__ = ["RuleScope", "Rules", "ScopeError"]

RuleScope = Literal["once", "conversation", "always"]


class Rules:
    """The rules of a store, as the graph and every surface use them.

    A rule is its owner's: it covers commands in that person's conversations only.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def covering(self, conversation: str, command: str, decision: Decision) -> tuple[Rule, ...]:
        """Return the rules that together cover a command that asks; empty where none do.

        Raises:
            RecordsError: the rules cannot be read.
        """
        if decision.verdict != "ask":
            return ()
        held = self.store.rules(self.owner(conversation), conversation=conversation)
        scopes = [Scope.from_json(rule.scope) for rule in held]
        return tuple(held[at] for at in covering(scopes, command, decision))

    def offer(self, command: str, decision: Decision) -> str | None:
        """Return the sentence of the rule that "always" would make; None where there is none."""
        scope = _offered(command, decision)
        return sentence(scope) if scope is not None else None

    def keep(
        self,
        conversation: str,
        command: str,
        decision: Decision,
        *,
        scope: RuleScope,
        by: str,
        call_id: str,
    ) -> Rule | None:
        """Make the rule that a person agreed to with an approval; None for once.

        A command for which no rule can be offered is approved once, whatever was asked for.

        Raises:
            RecordsError: it cannot be kept.
        """
        found = _offered(command, decision) if scope != "once" else None
        if found is None:
            return None
        always = scope == "always"
        return self.store.add_rule(
            self.owner(conversation),
            found.to_json(),
            sentence(found, always=always),
            by=by,
            conversation=None if always else conversation,
            key=f"{call_id}:{scope}",
        )

    def add(
        self,
        text: str,
        judge: Callable[[str], Decision],
        *,
        owner: str,
        by: str,
        conversation: str | None = None,
    ) -> Rule:
        """Make a rule of what a person wrote; `tools.bash.policy.rule_text` says how.

        Raises:
            ScopeError: the text is no rule, or no rule may cover that.
            RecordsError: it cannot be kept.
        """
        if mask(text) != text:
            raise ScopeError("a rule is kept as it is, so it may hold no password, key or token")
        found = read_scope(text, judge)
        words = sentence(found, always=conversation is None)
        rule = self.store.add_rule(owner, found.to_json(), words, by=by, conversation=conversation)
        self.audit("made", rule, by)
        return rule

    def revoke(self, id: int, *, owner: str, by: str) -> Rule:
        """End a rule.

        Raises:
            RecordsError: the owner has no such rule.
        """
        rule = self.store.revoke_rule(id, owner)
        self.audit("revoked", rule, by)
        return rule

    def audit(self, what: str, rule: Rule, by: str) -> None:
        """Add the making or the end of a rule to the audit."""
        data = {"rule": rule.id, "owner": rule.owner, "sentence": rule.sentence, "by": by}
        self.store.audit(f"rule.{what}", rule.conversation or "", data)

    def owner(self, conversation: str) -> str:
        """Return whose a conversation is."""
        found = self.store.conversation(conversation)
        return found.owner if found is not None else "local"


def _offered(command: str, decision: Decision) -> Scope | None:
    """Return the scope to offer; none for a command with a secret, which a rule would keep."""
    return proposed(command, decision) if mask(command) == command else None
