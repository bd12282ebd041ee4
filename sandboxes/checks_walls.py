"""Checks that nothing outside the sandbox can be seen, reached or changed from inside."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sandboxes.probe import Check, Probe


def no_network(probe: Probe) -> str | None:
    """There is no network interface but loopback."""
    return probe.expect("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", "lo")


def no_connection(probe: Probe) -> str | None:
    """No address outside can be reached."""
    connect = "exec 3<>/dev/tcp/192.0.2.1/53"
    result = probe.run(f"timeout 3 bash -c '{connect}' && echo connected")
    return "a connection was made" if "connected" in result.output else None


def no_capability(probe: Probe) -> str | None:
    """No capability is held or can be gained."""
    return probe.expect("awk '/^Cap/ {print $2}' /proc/self/status | sort -u", "0" * 16)


def no_new_privileges(probe: Probe) -> str | None:
    """Programs cannot gain privileges, and none would offer it."""
    problem = probe.expect("awk '/^NoNewPrivs:/ {print $2}' /proc/self/status", "1")
    return problem or probe.expect(
        "find / -xdev -path /host -prune -o -type f -perm /6000 -print 2>/dev/null", ""
    )


def system_calls_filtered(probe: Probe) -> str | None:
    """A system call filter is in force: new namespaces, mounts and kernel logs are refused."""
    problem = probe.expect("awk '/^Seccomp:/ {print $2}' /proc/self/status", "2")
    tries = "unshare -U true", "mount -t tmpfs none /tmp", "dmesg", "nsenter -t 1 -U true"
    return problem or probe.expect(
        "; ".join(f"{each} >/dev/null 2>&1 && echo '{each} worked'" for each in tries) + "; true",
        "",
    )


def not_root(probe: Probe) -> str | None:
    """Commands run as an ordinary user."""
    return probe.expect(
        '[ "$(id -u)" -ge 1000 ] && [ "$(id -G)" = "$(id -u)" ] && echo alone', "alone"
    )


def root_read_only(probe: Probe) -> str | None:
    """The system's files cannot be changed."""
    places = "/ /etc /usr /usr/bin /var /opt /root /lib"
    return probe.expect(
        f"for p in {places}; do {{ : >$p/probe; }} 2>/dev/null && echo $p; done; echo end", "end"
    )


def nothing_else_writable(probe: Probe) -> str | None:
    """No other folder can be written, on any file system that is mounted."""
    return probe.expect(
        "find / \\( -path /proc -o -path /host \\) -prune -o -type d -writable -print 2>/dev/null"
        " | grep -vE"
        " '^/(workspace|srv|home/mica|tmp|run/mica|dev/shm|dev/mqueue|dev/pts)(/|$)'; true",
        "",
    )


def no_device(probe: Probe) -> str | None:
    """There is no disk and no device but the harmless ones."""
    known = "null|zero|full|random|urandom|tty|console|ptmx"
    return probe.expect(
        f"find /dev \\( -type b -o -type c \\) | grep -vE '/({known}|pts/[0-9]+|pts/ptmx)$'; true",
        "",
    )


def kernel_closed(probe: Probe) -> str | None:
    """The kernel's settings cannot be written and its memory cannot be read."""
    written = "/proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches"
    return probe.expect(
        f"for p in {written}; do {{ : >>$p; }} 2>/dev/null && echo $p; done; "
        "for p in /proc/kcore /dev/mem /dev/kmsg; do "
        "head -c 1 $p 2>/dev/null | grep -q . && echo $p; done; true",
        "",
    )


def no_engine_socket(probe: Probe) -> str | None:
    """No socket of a container engine is inside, nor any other."""
    problem = probe.expect(
        "ls /var/run/docker.sock /run/docker.sock /run/containerd /run/podman 2>/dev/null; true", ""
    )
    return problem or probe.expect(
        "find / \\( -path /proc -o -path /host \\) -prune -o -type s -print 2>/dev/null; "
        "tail -n +2 /proc/net/unix",
        "",
    )


def no_host_path(probe: Probe) -> str | None:
    """Nothing of the host's file system is inside: no folder, no mount, no file of a test."""
    with tempfile.NamedTemporaryFile(prefix="mica-canary-") as canary:
        name = Path(canary.name)
        problem = probe.expect(
            f"ls {name} 2>/dev/null; find / -name {name.name} 2>/dev/null; true", ""
        )
    own = "/(workspace|srv|tmp|home/mica|run/mica|etc/(resolv.conf|hostname|hosts))?"
    mounts = f"^({own}|/(proc|sys|dev)(/.*)?)$"
    return (
        problem
        or probe.expect(
            "ls -A /home /root /mnt /media /host 2>/dev/null | grep -vE '^(/.*:|mica|)$' | "
            "grep -vxF -e .bashrc -e .profile; true",
            "",
        )
        or probe.expect(f"cut -d' ' -f5 /proc/self/mountinfo | grep -vE '{mounts}'; true", "")
    )


def host_not_named(probe: Probe) -> str | None:
    """Name servers, start lines and environments of processes tell nothing of the host."""
    servers = probe.run("grep -v -e '^#' -e 127.0.0.1 -e '^search \\.$' /etc/resolv.conf").output
    if servers.strip():
        return f"the host's name servers: {servers[:300]}"
    problem = probe.expect(
        "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | "
        "grep -e '[/]var/lib' -e '[.]local'; true",
        "",
    )
    return problem or probe.expect(
        "for p in /proc/[0-9]*; do tr '\\0' '\\n' <$p/environ; done 2>/dev/null | "
        "grep -e ^PATH= -e PWD= | tr : '\\n' | sed 's/.*=//' | "
        "grep -vE '^(/usr/local|/usr)?/s?bin$|^/(workspace)?$' | sort -u; true",
        "",
    )


def clean_environment(probe: Probe) -> str | None:
    """No environment holds more than the sandbox set: no secret of the host's."""
    known = {
        *("HOME", "HOSTNAME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "SHLVL", "TERM", "USER"),
        *("PAGER", "GIT_PAGER", "MANPAGER", "MANWIDTH", "OLDPWD", "_", "MICA_RUNNER"),
    }
    names = set(probe.run("env | cut -d= -f1").output.split())
    everyone = "for p in /proc/[0-9]*; do tr '\\n\\0' ' \\n' <$p/environ; done 2>/dev/null"
    names |= set(probe.run(f"{everyone} | grep = | cut -d= -f1 | sort -u").output.split("\n"))
    names -= {*known, ""}
    return f"unexpected variables: {sorted(names)}" if names else None


def own_hostname(probe: Probe) -> str | None:
    """The host's name is not told, and cannot be changed."""
    return probe.expect(
        "hostname other 2>/dev/null; hostname; uname -n; "
        "cat /proc/sys/kernel/hostname /etc/hostname | sort -u; cat /etc/machine-id 2>/dev/null; :",
        "sandbox\nsandbox\nsandbox",
    )


def own_clock(probe: Probe) -> str | None:
    """The clock cannot be set, and its zone is UTC, not the host's."""
    return probe.expect("date -s 2001-01-01 >/dev/null 2>&1 && echo set; date +%Z%z", "UTC+0000")


def own_processes(probe: Probe) -> str | None:
    """Only the sandbox's own processes are seen."""
    return probe.expect("[ $(ls -d /proc/[0-9]* | wc -l) -lt 20 ] && echo few", "few")


CHECKS: tuple[Check, ...] = (
    no_network,
    no_connection,
    no_capability,
    no_new_privileges,
    system_calls_filtered,
    not_root,
    root_read_only,
    nothing_else_writable,
    no_device,
    kernel_closed,
    no_engine_socket,
    no_host_path,
    host_not_named,
    clean_environment,
    own_hostname,
    own_clock,
    own_processes,
)
