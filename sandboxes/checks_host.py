"""Checks of a sandbox that shows the host at /host (`sandboxes.host_view`)."""

from __future__ import annotations

import tempfile

from records.paths import home
from sandboxes.host_view import patterns
from sandboxes.probe import Check, Probe


def host_shown(probe: Probe) -> str | None:
    """The host's files that everybody may read can be read."""
    return probe.expect("[ -s /host/etc/passwd ] && ls /host/usr/bin | grep -qx env && echo y", "y")


def host_read_only(probe: Probe) -> str | None:
    """Nothing of the host can be changed: every mount is read-only, and no folder is writable."""
    problem = probe.expect(
        "awk '$5 ~ \"^/host\" && $6 !~ /^ro(,|$)/ {print $5}' /proc/self/mountinfo | "
        'while read -r p; do [ -e "$p" ] && echo "$p"; done; true',
        "",
    )
    places = "/host /host/etc /host/tmp /host/var/tmp /host/home /host/var/log /host/dev/shm"
    return problem or probe.expect(
        f"for p in {places}; do {{ : >$p/probe; }} 2>/dev/null && echo $p; done; "
        "timeout 8 find /host -type d -writable 2>/dev/null | head -n 3; true",
        "",
    )


def host_secrets_masked(probe: Probe) -> str | None:
    """No path of the table of secrets can be opened."""
    paths = " ".join(f"/host{pattern}" for pattern in patterns())
    return probe.expect(
        f"for p in {paths}; do [ -L $p ] && continue; "
        'if [ -d "$p" ]; then ls -A "$p" 2>/dev/null | grep -q . && echo "$p"; '
        'elif [ -r "$p" ] && [ -s "$p" ]; then echo "$p"; fi; done; true',
        "",
    )


def host_records_masked(probe: Probe) -> str | None:
    """Mica's own folder cannot be opened."""
    with tempfile.NamedTemporaryFile(prefix="canary-", dir=home()) as canary:
        return probe.expect(f"ls -d /host{canary.name} /host{home()}/* 2>/dev/null; true", "")


def host_programs_unreachable(probe: Probe) -> str | None:
    """No socket and no process of the host is there."""
    return probe.expect(
        "ls -A /host/proc /host/sys /host/run 2>/dev/null | grep -v -e '^/' -e '^$'; "
        "timeout 8 find /host \\( -type s -o -type p \\) \\( -readable -o -writable \\) "
        "2>/dev/null | head -n 3; true",
        "",
    )


CHECKS: tuple[Check, ...] = (
    host_shown,
    host_read_only,
    host_secrets_masked,
    host_records_masked,
    host_programs_unreachable,
)
