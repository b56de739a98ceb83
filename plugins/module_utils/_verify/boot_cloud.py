# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nova, Cinder and Glance as one account sees them, through openstacksdk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient, cloud_region
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import connect as connect_glance

#: Kinds of resources in the order in which they can be removed.
SERVERS, VOLUMES, IMAGES = "instance", "volume", "image"


class BootCloud:
    """The few calls that a test boot needs. An error of an API becomes a DcnError with what was tried."""

    def __init__(self, connection: Any, glance: GlanceClient) -> None:
        self._sdk = connection
        self.glance = glance

    def zones(self) -> list[str] | None:
        """The zones of Nova that an account may use; None where the catalog has no Nova."""
        if not self._has("compute"):
            return None
        return [str(zone.name) for zone in self._call("list the zones of Nova", self._sdk.compute.availability_zones)]

    def has_volumes(self) -> bool:
        """Whether the catalog has Cinder."""
        return self._has("block-storage")

    def _has(self, service: str) -> bool:
        return bool(self._call(f"find {service} in the catalog", lambda: self._sdk.endpoint_for(service)))

    def flavor(self, name: str) -> str:
        """The id of a flavor; where ``name`` is '', the smallest one."""
        if name:
            found = self._call(f"find flavor {name}", lambda: self._sdk.compute.find_flavor(name))
            if found is None:
                raise DcnError(f"Nova has no flavor {name} that this account may use. Correct the name of the flavor.")
            return str(found.id)
        flavors = self._call("list the flavors of Nova", self._sdk.compute.flavors)
        usable = sorted((item for item in flavors if item.disk), key=lambda item: (item.ram, item.disk, item.name))
        if not usable:
            raise DcnError("Nova has no flavor with a disk that this account may use. Create one, or name a flavor.")
        return str(usable[0].id)

    def network(self, name: str) -> Any:
        """What Nova calls the networks of an instance; '' is an instance without any."""
        if not name:
            return "none"
        found = self._call(f"find network {name}", lambda: self._sdk.network.find_network(name))
        if found is None:
            raise DcnError(f"Neutron has no network {name} that this account may use. Correct the name of the network.")
        return [{"uuid": found.id}]

    def create_server(self, attributes: Mapping[str, Any]) -> Any:
        """Request an instance."""
        return self._call("create an instance", lambda: self._sdk.compute.create_server(**attributes))

    def server(self, server_id: str) -> Any:
        """An instance as it is now; None if it is gone."""
        return self._read(f"show instance {server_id}", lambda: self._sdk.compute.get_server(server_id))

    def console(self, server_id: str) -> str:
        """What an instance has written to its serial port; '' while Nova cannot tell."""
        try:
            answer = self._call(
                "read the console", lambda: self._sdk.compute.get_server_console_output(server_id, length=20)
            )
        except DcnError:
            return ""
        return str((answer or {}).get("output") or "")

    def create_volume(self, attributes: Mapping[str, Any]) -> Any:
        """Request a volume."""
        return self._call("create a volume", lambda: self._sdk.block_storage.create_volume(**attributes))

    def volume(self, volume_id: str) -> Any:
        """A volume as it is now; None if it is gone."""
        return self._read(f"show volume {volume_id}", lambda: self._sdk.block_storage.get_volume(volume_id))

    def attach(self, server_id: str, volume_id: str) -> None:
        """Request that a volume is attached."""
        compute = self._sdk.compute
        self._call("attach a volume", lambda: compute.create_volume_attachment(server_id, volume_id=volume_id))

    def listed(self, kind: str) -> list[tuple[str, str]]:
        """Id and name of every instance, volume or image of this account's project."""
        if kind == IMAGES:
            return [(image.id, image.name) for image in self.glance.images()]
        if kind == SERVERS:
            found = self._call("list instances", self._sdk.compute.servers) if self._has("compute") else ()
        else:
            found = self._call("list volumes", self._sdk.block_storage.volumes) if self.has_volumes() else ()
        return [(str(item.id), str(item.name)) for item in found]

    def remove(self, kind: str, resource_id: str) -> None:
        """Request the removal of an instance, a volume or an image."""
        if kind == IMAGES:
            image = self.glance.image(resource_id)
            if image:
                self.glance.delete(image)
            return
        call = self._sdk.compute.delete_server if kind == SERVERS else self._sdk.block_storage.delete_volume
        self._call(f"delete {kind} {resource_id}", lambda: call(resource_id, ignore_missing=True))

    def exists(self, kind: str, resource_id: str) -> bool:
        """Whether it is still there."""
        read: Callable[[str], Any] = {SERVERS: self.server, VOLUMES: self.volume, IMAGES: self.glance.image}[kind]
        return read(resource_id) is not None

    def _read(self, what: str, call: Callable[[], Any]) -> Any:
        from openstack.exceptions import NotFoundException

        def found() -> Any:
            try:
                return call()
            except NotFoundException:
                return None

        return self._call(what, found)

    @staticmethod
    def _call(what: str, call: Callable[[], Any]) -> Any:
        from keystoneauth1.exceptions import ClientException
        from openstack.exceptions import SDKException

        try:
            answer = call()
            return list(answer) if hasattr(answer, "__next__") else answer
        except (SDKException, ClientException) as error:
            text = " ".join(str(error).split()).rstrip(".")
            raise DcnError(f"It is not possible to {what}: {text}.") from error


def connect(options: Mapping[str, Any]) -> BootCloud:
    """The APIs that the options of ``cloud_argument_spec`` describe."""
    from openstack.connection import Connection

    glance = connect_glance(options)  # first, because its errors name what is wrong with the account
    return BootCloud(Connection(config=cloud_region(options)), glance)
