"""Sandboxes that start from given files anywhere under /, for evaluations with absolute paths.

The files become a layer on the sandbox's image. Each conversation gets a container of that
image whose root can be written, as root of the container, since benchmarks create files in
any folder. All else is as in `sandboxes.docker_driver`: no network, no capability, no new
privileges, the same limits. What it does not cover: what a command writes lies on the disk of
the machine and is not limited, and root of the container is nearer to the kernel than user
1000. It is for commands of benchmarks, never for a user's conversation.
"""

from __future__ import annotations

import hashlib
from typing import Any

import requests
from docker.errors import DockerException, ImageNotFound

from sandboxes import Limits, SandboxError
from sandboxes.docker_driver import IMAGE, DockerSandbox, connect

_REPOSITORY = "mica-prepared"


def prepared_image(files: bytes, image: str = IMAGE) -> str:
    """Return the name of an image with the tar archive `files` unpacked at /; made if missing.

    Raises:
        SandboxError: no Docker engine answers, or it cannot make the image.
    """
    client = connect()
    try:
        base = client.images.get(image)
        tag = hashlib.sha256(str(base.id).encode() + files).hexdigest()[:16]
        name = f"{_REPOSITORY}:{tag}"
        try:
            client.images.get(name)
            return name
        except ImageNotFound:
            pass
        # The seed puts the demo application into /srv at the first start; benchmarks lack it.
        container = client.containers.create(
            image, ["rm", "-f", "/usr/share/mica/seed"], user="0:0", network_mode="none"
        )
        try:
            container.put_archive("/", files)
            container.start()
            container.wait(timeout=60)
            container.commit(_REPOSITORY, tag)
        finally:
            container.remove(force=True)
        return name
    except (DockerException, requests.RequestException) as error:
        raise SandboxError(f"Docker could not prepare an image: {error}") from error
    finally:
        client.close()


class PreparedSandbox(DockerSandbox):
    """A Docker sandbox over a prepared image, with a root that can be written."""

    def __init__(self, files: bytes, limits: Limits | None = None) -> None:
        """Make the image for the tar archive `files` where it is missing.

        Raises:
            SandboxError: no Docker engine answers, or it cannot make the image.
        """
        super().__init__(limits, prepared_image(files))

    def _options(self) -> dict[str, Any]:
        options = super()._options()
        return {
            **options,
            "user": "0:0",
            "read_only": False,
            "tmpfs": {"/run/mica": "rw,exec,nosuid,nodev,mode=0755,size=32m"},
            "environment": {
                **options["environment"],
                "HOME": "/root",
                "USER": "root",
                "LOGNAME": "root",
            },
        }
