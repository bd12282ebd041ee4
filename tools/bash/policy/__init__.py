"""The command policy: allow, ask or refuse, with evidence. Fail-closed."""
