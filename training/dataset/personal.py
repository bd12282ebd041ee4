"""Replaces personal data by stand-ins before anything is learned from it.

The table of detectors is `personal.yaml`; what is not in it stays: names of people in running text,
street addresses, names of machines. Unlike a secret, a value gets a stand-in from a range that is
reserved for examples, the same one wherever it stands in a row, so that the request, the command
and its output still belong together.
"""

from __future__ import annotations

import importlib.resources
import ipaddress
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from records import secrets

_NO_MAILBOX = frozenset("git svn hg root postmaster noreply no-reply".split())
_NO_DOMAIN = frozenset(
    """service socket timer target mount automount slice scope device path swap local localhost
    localdomain png jpg jpeg gif svg webp test invalid""".split()
)
_NO_PERSON = frozenset(
    """user users me you mica app apps admin ubuntu debian deploy www data demo git root shared
    public guest default all work""".split()
)
_RESOLVERS = frozenset("8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 208.67.222.222".split())
_GLOBAL_6 = ipaddress.ip_network("2000::/3")
# First digits and lengths of payment cards (ISO/IEC 7812).
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}"
    r"|35\d{14}|3(?:0[0-5]|[68]\d)\d{11}"
)


@dataclass(frozen=True)
class Detector:
    """A row of the table."""

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    check: Callable[[str], bool]
    stand_in: str
    matches: tuple[str, ...]
    leaves: tuple[str, ...]


@cache
def detectors() -> tuple[Detector, ...]:
    """Return the table, read once from the package's data file."""
    file = importlib.resources.files("training.dataset").joinpath("personal.yaml")
    checks = (mailbox, iban, card, phone, public_address, person)
    named: dict[str, Callable[[str], bool]] = {check.__name__: check for check in checks}
    return tuple(
        Detector(
            row["name"],
            tuple(row.get("hints", ())),
            re.compile(row["pattern"]),
            named[row["check"]],
            row["stand_in"],
            tuple(row["matches"]),
            tuple(row["leaves"]),
        )
        for row in yaml.safe_load(file.read_text("utf-8"))
    )


class Masker:
    """Masks the texts of one row: secrets as in the records, personal data by stand-ins.

    `found` counts what was replaced, by the names of detectors.

    >>> Masker().text("mail jane@corp-mail.net and jane@corp-mail.net")
    'mail person1@example.com and person1@example.com'
    """

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self._stand_ins: dict[tuple[str, str], str] = {}
        self._counts: Counter[str] = Counter()

    def text(self, text: str) -> str:
        """Return `text` with secrets and personal data masked."""
        text = secrets.mask(text)
        lowered = text.lower()
        for detector in detectors():
            if not detector.hints or any(hint in lowered for hint in detector.hints):
                text = detector.pattern.sub(lambda m, d=detector: self._replaced(d, m), text)  # type: ignore[misc]
        return text

    def json(self, value: Any) -> Any:
        """Return a JSON value with its texts masked; calls' `arguments` stay JSON."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self._under(key, item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.json(item) for item in value]
        return value

    def _under(self, key: str, value: Any) -> Any:
        if key != "arguments" or not isinstance(value, str):
            return self.json(value)
        try:
            return json.dumps(self.json(json.loads(value)), ensure_ascii=False)
        except ValueError:
            return self.text(value)

    def _replaced(self, detector: Detector, match: re.Match[str]) -> str:
        group = "personal" if "personal" in detector.pattern.groupindex else 0
        value, (start, end) = match[group], match.span(group)
        if not detector.check(value):
            return match[0]
        self.found[detector.name] += 1
        key = (detector.stand_in, re.sub(r"[^\w@.:+]", "", value).lower())
        if key not in self._stand_ins:
            self._counts[detector.stand_in] += 1
            number = self._counts[detector.stand_in]
            self._stand_ins[key] = detector.stand_in.format(n=number)
        before, after = match[0][: start - match.start()], match[0][end - match.start() :]
        return f"{before}{self._stand_ins[key]}{after}"


def mailbox(value: str) -> bool:
    """Whether this is a person's e-mail address: no unit of systemd, no reserved domain."""
    name, _, domain = value.lower().partition("@")
    labels = domain.split(".")
    reserved = labels[-2:-1] == ["example"] or labels[-1] in _NO_DOMAIN
    return not reserved and name not in _NO_MAILBOX


def iban(value: str) -> bool:
    """Whether the check digits of an account number are right (ISO 13616, modulo 97)."""
    plain = value.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def card(value: str) -> bool:
    """Whether this is a payment card's number: a known issuer, and Luhn's check digit is right."""
    digits = re.sub(r"\D", "", value)
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    luhn = (sum(int(d) for d in digits[-1::-2]) + sum(doubled)) % 10 == 0
    return luhn and _ISSUERS.fullmatch(digits) is not None


def phone(value: str) -> bool:
    """Whether there are as many digits as telephone numbers have, and it is not a stand-in."""
    digits = re.sub(r"\D", "", value)
    return 7 <= len(digits) <= 15 and not digits.startswith("1555010")


def public_address(value: str) -> bool:
    """Whether this is an IP address that the whole internet can reach; public resolvers are not
    anybody's.
    """
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    if address.version == 6 and address not in _GLOBAL_6:
        return False
    return address.is_global and not address.is_multicast and value not in _RESOLVERS


def person(value: str) -> bool:
    """Whether a folder of /home may be named after a person."""
    return re.sub(r"\d+$", "", value.lower()) not in _NO_PERSON
