"""A hub of models that speaks the Hugging Face protocol: what files there are, and their bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import quote

import httpx

from runtime.models.entry import ModelError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PAGES = 50


class BrokenError(Exception):
    """The connection broke; the same request may go on where it ended."""


@dataclass(frozen=True)
class HubFile:
    """A file of a repository: its path there, its size in bytes, and its SHA-256."""

    path: str
    bytes: int
    sha256: str


class Hub:
    """The hub at `endpoint`. `token` is for repositories that need a login; `seconds` is how long
    a silent connection is waited for.
    """

    def __init__(self, endpoint: str, *, token: str = "", seconds: float = 30.0) -> None:
        self.endpoint = endpoint.rstrip("/")
        headers = {"user-agent": "mica", "accept-encoding": "identity"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self._client = httpx.Client(headers=headers, timeout=seconds, follow_redirects=True)

    def files(self, repo: str) -> list[HubFile]:
        """Return the GGUF files of a repository that the hub knows the hash of, by path.

        Raises:
            ModelError: the repository does not exist, needs a login, or the hub does not answer.
        """
        url = f"{self.endpoint}/api/models/{quote(repo)}/tree/main?recursive=true"
        rows: list[dict[str, object]] = []
        for _ in range(_PAGES):
            try:
                answer = self._client.get(url)
                self._check(answer, repo)
                rows += answer.json()
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self._unreachable(error) from error
            except (ValueError, TypeError) as error:
                raise ModelError(
                    f"{self.endpoint} does not answer as a model hub does; see MICA_HUB"
                ) from error
            following = answer.links.get("next", {}).get("url")
            if not following:
                break
            url = str(answer.url.join(following))
        return sorted((f for row in rows if (f := _file(row))), key=lambda file: file.path)

    @contextmanager
    def open(self, repo: str, file: HubFile, start: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """Yield the position that the bytes begin at (0 where the hub ignores `start`), and them.

        Raises:
            BrokenError: the connection could not be made, or broke.
            ModelError: the hub refuses.
        """
        url = f"{self.endpoint}/{quote(repo)}/resolve/main/{quote(file.path)}"
        headers = {"range": f"bytes={start}-"} if start else {}
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                if answer.status_code in (408, 429, 500, 502, 503, 504):
                    raise BrokenError(f"the hub answers {answer.status_code}")
                self._check(answer, repo)
                yield _start(answer, start), answer.iter_raw()
        except (httpx.TransportError, httpx.StreamError) as error:
            raise BrokenError(str(error) or type(error).__name__) from error
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Hub:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _check(self, answer: httpx.Response, repo: str) -> None:
        status = answer.status_code
        if status in (401, 403):
            # The hub answers so for repositories that do not exist as well.
            raise ModelError(
                f"{self.endpoint} gives no access to {repo}: check its name; where it needs a "
                "login, accept its terms on the hub and set MICA_HUB_TOKEN"
            )
        if status == 404:
            raise ModelError(
                f"{self.endpoint} has no {repo}, or not that file; names look like "
                "ibm-granite/granite-4.1-3b-GGUF"
            )
        if status >= 400:
            raise ModelError(f"{self.endpoint} answers {status}; try again later, or see MICA_HUB")

    def _unreachable(self, error: Exception) -> ModelError:
        return ModelError(
            f"the hub {self.endpoint} cannot be reached ({error or type(error).__name__}); check "
            "the network, or set MICA_HUB to one that can"
        )


def _start(answer: httpx.Response, wanted: int) -> int:
    if answer.status_code != 206:
        return 0
    given = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
    if given is None or int(given[1]) != wanted:
        raise ModelError("the hub sent another part of the file than asked for; try again")
    return wanted


def _file(row: dict[str, object]) -> HubFile | None:
    """Read one row of the listing; None where it is no GGUF, or has no SHA-256 to check."""
    path, lfs = str(row.get("path", "")), row.get("lfs")
    if not path.endswith(".gguf") or not isinstance(lfs, dict):
        return None
    digest = str(lfs.get("oid", "")).removeprefix("sha256:")
    size = lfs.get("size", row.get("size"))
    if not _SHA256.fullmatch(digest) or not isinstance(size, int):
        return None
    return HubFile(path, size, digest)
