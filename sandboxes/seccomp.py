"""A seccomp filter for bubblewrap: a classic BPF program that forbids risky system calls.

Docker brings a filter of its own; bubblewrap takes one as bytes. This one names what to deny
(it fails with EPERM) and allows the rest, so it is wider than Docker's, which names what to
allow. Numbers: Linux `unistd_64.h` for x86-64 and the generic table for aarch64.
"""

from __future__ import annotations

import errno
import platform
import struct

# Name: (x86-64, aarch64). Kernel modules and clocks, mounts, namespaces, keys, other
# processes' memory, the choice of processors, and interfaces with a long record of kernel bugs.
DENIED = {
    "ptrace": (101, 117),
    "syslog": (103, 116),
    "pivot_root": (155, 41),
    "adjtimex": (159, 171),
    "chroot": (161, 51),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "mount": (165, 40),
    "umount2": (166, 39),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "init_module": (175, 105),
    "delete_module": (176, 106),
    "quotactl": (179, 60),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "sched_setaffinity": (203, 122),
    "unshare": (272, 97),
    "move_pages": (279, 239),
    "perf_event_open": (298, 241),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "clock_adjtime": (305, 266),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "finit_module": (313, 273),
    "kexec_file_load": (320, 294),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
}
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS: the word at an offset of struct seccomp_data
_JUMP_EQUAL = 0x15
_JUMP_GREATER_EQUAL = 0x35
_RETURN = 0x06
_ALLOW = 0x7FFF0000
_DENY = 0x00050000 | errno.EPERM
_KILL = 0x80000000
_X32 = 0x40000000  # the x32 ABI renumbers calls, so all of it is denied


def program(machine: str | None = None) -> bytes | None:
    """Return the filter for `machine` (default: this one), or None where it is not known."""
    known = ARCHITECTURES.get(machine or platform.machine())
    if known is None:
        return None
    column, audit = known
    numbers = sorted(pair[column] for pair in DENIED.values())
    count = len(numbers)
    code = [
        (_LOAD, 0, 0, 4),
        (_JUMP_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_JUMP_GREATER_EQUAL, count + 1, 0, _X32),
    ]
    code += [(_JUMP_EQUAL, count - i, 0, number) for i, number in enumerate(numbers)]
    code += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY)]
    return b"".join(struct.pack("=HBBI", *line) for line in code)
