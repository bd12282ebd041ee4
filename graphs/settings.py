"""The settings of a running Mica, each from an environment variable `MICA_<NAME>`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """How Mica runs. Every field can be set as `MICA_<NAME>`, or in code.

    Raises:
        pydantic.ValidationError: a value is of the wrong type or out of range.
    """

    model_config = SettingsConfigDict(env_prefix="MICA_", extra="ignore")

    backend: Literal["local", "remote", "script"] = "local"
    """`local`: a GGUF in this process. `remote`: an OpenAI-compatible server. `script`: a
    fake model that says what a file tells it to."""

    model: str = "champion"
    """Alias or name of the local model, as `mica models list` shows it."""

    hub: str = Field(
        default_factory=lambda: os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    )
    """Where `mica models pull` finds models: a hub that speaks the Hugging Face protocol. Unset:
    `HF_ENDPOINT`, the convention of that hub's own tools, else the public hub."""

    hub_token: str = ""
    """Access token for repositories of the hub that need a login; empty for none."""

    remote_url: str = "http://127.0.0.1:8080/v1"
    """Base URL of the OpenAI-compatible server."""

    remote_key: str = ""
    """API key for that server; empty where it asks for none."""

    remote_model: str = ""
    """The model's name on that server."""

    script: Path | None = None
    """The file of the scripted model; `runtime.fake.read_script` says what is in it."""

    threads: int | None = Field(default=None, ge=1)
    """Threads of the local model; unset: as many as there are cores."""

    max_tokens: int = Field(default=512, ge=1)
    """Longest completion, in tokens."""

    sandbox: Literal["auto", "docker", "bubblewrap", "none"] = "auto"
    """Where commands run. `none`: they are only proposed."""

    sandbox_image: str | None = None
    """Docker image of the sandbox; unset: the one that `make setup` builds."""

    sandbox_gvisor: Literal["auto", "force", "forbid"] = "auto"
    """Whether containers run under gVisor: where the engine has it, always, or never."""

    host_readonly: bool = False
    """Show this machine's disks to commands at /host, read-only and with secrets masked, so that
    questions about the machine itself can be answered. See docs/security.md first."""

    sandbox_ready: int = Field(default=1, ge=0, le=4)
    """Containers that a server keeps waiting, so that a new conversation does not wait for one;
    each takes a few MiB. Commands such as `mica ask` keep none."""

    preview: bool = True
    """Run a command that needs an approval in a copy of the sandbox first, and show what it
    changes; approving takes the copy over. Off: commands cannot be undone."""

    knowledge: Path | None = None
    """Folder of the knowledge base; unset: in the data folder."""

    embedder: str = "mica"
    """`mica`, `sentence-transformers:NAME` or `gguf:PATH`; another one than the index was
    built with needs `mica knowledge ensure`."""

    retrieved: int = Field(default=12, ge=0, le=50)
    """Passages looked up for a request; 0 looks nothing up."""

    ask_below: float = Field(default=0.4, ge=0, le=1)
    """How near a recipe or passage must be for a model that only chooses among them (the shipped
    one) to act; below it Mica asks what is meant. Other models are not held to it."""

    max_steps: int = Field(default=6, ge=1, le=50)
    """Tool calls in one request, failed ones included; then the model must answer."""

    max_request: int = Field(default=20_000, ge=1)
    """Longest request, in characters; a longer one is refused with a clear error."""

    history: int = Field(default=6_000, ge=0)
    """Characters of earlier turns that the model is shown; the current turn always is."""

    tool_output: int = Field(default=4_000, ge=200)
    """Characters of a tool's output that the model is shown. The records keep all of it."""

    router_threshold: float | None = Field(default=None, ge=0, le=1)
    """Probability below which no specialist takes a request; unset: as trained."""

    host: str = "127.0.0.1"
    """Address that `mica serve` listens on."""

    port: int = Field(default=8000, ge=1, le=65535)
    """Port that `mica serve` listens on."""

    feedback_keys: Annotated[dict[str, SecretStr], NoDecode] = {}
    """Who may rate over the API, and by which key, of at least 16 characters: `anna=KEY ben=KEY`.
    Each is an owner of their own. Unset: no key is asked for, and everybody is one owner."""

    @field_validator("feedback_keys", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        keys = [each.partition("=")[::2] for each in value.split()]
        names, secrets = ({pair[place] for pair in keys} for place in (0, 1))
        if any(len(key) < 16 for key in secrets) or not all(names):
            raise ValueError("write NAME=KEY, each key of at least 16 characters, spaces between")
        if len(names) < len(keys) or len(secrets) < len(keys):
            raise ValueError("each name and each key is there once")
        return dict(keys)
