"""The command policy: allow, ask or refuse, with evidence. Fail-closed."""

from tools.bash.policy.decision import Decision, Verdict
from tools.bash.policy.judge import judge

__all__ = ["Decision", "Verdict", "judge"]
