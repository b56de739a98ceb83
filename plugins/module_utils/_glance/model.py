# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Glance API says about images, tasks and stores, as plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

RESERVED_PREFIX = "os_glance_"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Attributes of the image schema; every other key of an answer is a property that somebody has set.
BASE_ATTRIBUTES = frozenset(
    ("id", "name", "status", "visibility", "protected", "os_hidden", "owner", "size", "virtual_size", "checksum")
    + ("os_hash_algo", "os_hash_value", "disk_format", "container_format", "min_disk", "min_ram", "created_at")
    + ("updated_at", "tags", "self", "file", "schema", "locations", "direct_url", "stores")
)


def looks_like_id(text: str) -> bool:
    """Whether a text has the form of an image id."""
    return bool(_UUID.fullmatch(text.lower()))


def comma_list(text: object) -> tuple[str, ...]:
    """The parts of one of Glance's comma lists; Glance leaves empty strings behind."""
    return tuple(part.strip() for part in str(text or "").split(",") if part.strip())


def is_true(value: object) -> bool:
    """Glance writes booleans of stores as the text "true"."""
    return str(value).lower() == "true"


def mask_location(url: str) -> str:
    """A location without the account that older s3 and swift stores write into it."""
    scheme, separator, rest = url.partition("://")
    if not separator or "@" not in rest or scheme in ("rbd", "file"):
        return url
    return f"{scheme}://***@{rest.rpartition('@')[2]}"


@dataclass(frozen=True)
class Image:
    """One image; ``lock`` is the id of the task that holds it, or an empty text."""

    id: str
    name: str = ""
    status: str = "active"
    owner: str = ""
    visibility: str = ""
    stores: tuple[str, ...] = ()
    importing: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    lock: str = ""
    size: int | None = None
    virtual_size: int | None = None
    disk_format: str = ""
    container_format: str = ""
    min_disk: int = 0
    min_ram: int = 0
    protected: bool = False
    hidden: bool = False
    checksum: str = ""
    hash_algo: str = ""
    hash_value: str = ""
    created_at: str = ""
    updated_at: str = ""
    locations: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Image:
        """Read one image of an answer of the API."""
        urls = [str(item.get("url", "")) for item in data.get("locations") or ()]
        if not urls and data.get("direct_url"):
            urls = [str(data["direct_url"])]
        texts = ("id", "name", "status", "owner", "visibility", "disk_format", "container_format", "checksum")
        return cls(
            **{key: str(data.get(key) or "") for key in (*texts, "created_at", "updated_at")},
            stores=comma_list(data.get("stores")),
            importing=comma_list(data.get("os_glance_importing_to_stores")),
            failed=comma_list(data.get("os_glance_failed_import")),
            lock=str(data.get("os_glance_import_task") or ""),
            size=data.get("size"),
            virtual_size=data.get("virtual_size"),
            min_disk=int(data.get("min_disk") or 0),
            min_ram=int(data.get("min_ram") or 0),
            protected=bool(data.get("protected")),
            hidden=bool(data.get("os_hidden")),
            hash_algo=str(data.get("os_hash_algo") or ""),
            hash_value=str(data.get("os_hash_value") or ""),
            locations=tuple(mask_location(url) for url in urls if url),
            properties={
                key: str(value)
                for key, value in sorted(data.items())
                if key not in BASE_ATTRIBUTES and not key.startswith(RESERVED_PREFIX)
            },
        )

    @property
    def label(self) -> str:
        """How messages name the image."""
        return f"{self.name} ({self.id})" if self.name and self.name != self.id else self.id


@dataclass(frozen=True)
class Task:
    """One import or copy task of an image."""

    id: str
    status: str
    message: str = ""
    updated_at: str = ""
    request_id: str = ""

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Task:
        """Read one task of an answer of the API."""
        return cls(**{key: str(data.get(key) or "") for key in ("id", "status", "message", "updated_at", "request_id")})


@dataclass(frozen=True)
class Store:
    """One store as the API lists it; ``type`` and ``properties`` come only with the detailed list."""

    id: str
    description: str = ""
    default: bool = False
    read_only: bool = False
    type: str = ""
    weight: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Store:
        """Read one store of an answer of the API."""
        weight = data.get("weight")
        return cls(
            id=str(data.get("id", "")),
            description=str(data.get("description") or ""),
            default=is_true(data.get("default")),
            read_only=is_true(data.get("read-only")),
            type=str(data.get("type") or ""),
            weight=int(weight) if weight is not None else None,
            properties=dict(data.get("properties") or {}),
        )

    @property
    def pool(self) -> str:
        """The pool of an rbd store."""
        return str(self.properties.get("pool") or "")

    @property
    def fsid(self) -> str:
        """The fsid of an rbd store's cluster; empty where Glance does not report it or could not connect."""
        return str(self.properties.get("fsid") or "")

    @property
    def unreachable(self) -> bool:
        """Whether Glance says that it cannot connect: it reports an fsid, and the fsid is null."""
        properties = self.properties
        return "fsid" in properties and not properties["fsid"]

    @property
    def unproved(self) -> bool:
        """Whether an rbd store's cluster may be down without a sign, as before Glance 2025.1."""
        return self.type == "rbd" and "fsid" not in self.properties


@dataclass(frozen=True)
class StoreListing:
    """The stores of one API; ``note`` says why the detailed list is not there."""

    stores: tuple[Store, ...] = ()
    detailed: bool = False
    note: str = ""

    def by_id(self) -> dict[str, Store]:
        """The stores by their id, in the API's order."""
        return {store.id: store for store in self.stores}

    @property
    def default(self) -> str:
        """The id of the default store."""
        return next((store.id for store in self.stores if store.default), "")

    @property
    def writable(self) -> tuple[str, ...]:
        """The ids that can take an image."""
        return tuple(store.id for store in self.stores if not store.read_only)


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The items without repetitions, in their first order."""
    return tuple(dict.fromkeys(items))
