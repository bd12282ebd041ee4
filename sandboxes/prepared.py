"""Sandboxes that start from given files anywhere under /, for evaluations with absolute paths.

The files become a layer on the sandbox's image, in which /root and the folders in / belong to the
sandbox's user, since benchmarks create files in any folder. Each conversation gets a
container of that image with a root that can be written. All else is as in
`sandboxes.docker_driver`: user 1000, no network, no capability, no new privileges, the same
limits. What it does not cover: what a command writes lies on the disk of the machine and is not
limited. It is for commands of benchmarks, never for a user's conversation.

Benchmarks that were made for root run as user 1000 all the same. Root of a container without a
user namespace may read what only the machine's root may, and reading is not harmless: `grep -r`
from / reads /sys/class/zram-control/hot_add, which adds a device to the machine.
"""

from __future__ import annotations

import hashlib
from typing import Any

import requests
from docker.errors import DockerException, ImageNotFound

from sandboxes import Limits, SandboxError
from sandboxes.docker_driver import IMAGE, USER, DockerSandbox, connect

_REPOSITORY = "mica-prepared"
# The seed puts the demo application into /srv at the first start; benchmarks lack it.
_HAND_OVER = (
    f"rm -f /usr/share/mica/seed; chown -R {USER}:{USER} /root; "
    f"find / -mindepth 1 -maxdepth 1 -xdev -exec chown -h {USER}:{USER} {{}} +"
)


def prepared_image(files: bytes, image: str = IMAGE) -> str:
    """Return the name of an image with the tar archive `files` unpacked at /; made if missing.

    Raises:
        SandboxError: no Docker engine answers, or it cannot make the image.
    """
    client = connect()
    try:
        base = client.images.get(image)
        recipe = str(base.id).encode() + _HAND_OVER.encode() + files
        tag = hashlib.sha256(recipe).hexdigest()[:16]
        name = f"{_REPOSITORY}:{tag}"
        try:
            client.images.get(name)
            return name
        except ImageNotFound:
            pass
        container = client.containers.create(
            image, ["bash", "-c", _HAND_OVER], user="0:0", network_mode="none"
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

    def _create(self, conversation: str) -> str:
        made = super()._create(conversation)
        # An image does not keep who owns its /. Root without capabilities may open its own folder.
        opened = self._client.containers.get(made).exec_run(["chmod", "1777", "/"], user="0:0")
        if opened.exit_code:
            raise SandboxError(f"/ of the sandbox could not be opened: {opened.output!r}")
        return made

    def _options(self) -> dict[str, Any]:
        options = super()._options()
        return {
            **options,
            "read_only": False,
            "tmpfs": {
                "/run/mica": f"rw,exec,nosuid,nodev,mode=0755,size=32m,uid={USER},gid={USER}"
            },
            "environment": {**options["environment"], "HOME": "/root"},
        }
