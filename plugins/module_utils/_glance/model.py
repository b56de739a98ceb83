# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images, tasks and stores as the Glance API reports them, and the interface of its client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

RESERVED_PREFIX = "os_glance_"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Attributes of the image schema; every other key of an answer is a custom property.
BASE_ATTRIBUTES = frozenset(
    ("id", "name", "status", "visibility", "protected", "os_hidden", "owner", "size", "virtual_size", "checksum")
    + ("os_hash_algo", "os_hash_value", "disk_format", "container_format", "min_disk", "min_ram", "created_at")
    + ("updated_at", "tags", "self", "file", "schema", "locations", "direct_url", "stores")
)


def looks_like_id(text: str) -> bool:
    """Whether a text has the form of an image id."""
    return bool(_UUID.fullmatch(text.lower()))


def comma_list(text: object) -> tuple[str, ...]:
    """The items of one of Glance's comma-separated lists, which may be empty or missing."""
    return tuple(part.strip() for part in str(text or "").split(",") if part.strip())


def is_true(value: object) -> bool:
    """Whether a boolean of a store is set: Glance writes it as the text "true"."""
    return str(value).lower() == "true"


def mask_location(url: str) -> str:
    """A location without the credentials that older s3 and swift stores write into it."""
    scheme, separator, rest = url.partition("://")
    if not separator or "@" not in rest or scheme in ("rbd", "file"):
        return url
    return f"{scheme}://***@{rest.rpartition('@')[2]}"


@dataclass(frozen=True)
class Image:
    """One image; ``lock`` is the id of the task that works on it (empty: none), sizes are in bytes."""

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
    tags: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Image:
        """Read one image from an answer of the API."""
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
            tags=tuple(sorted(str(tag) for tag in data.get("tags") or ())),
            properties={
                key: str(value)
                for key, value in sorted(data.items())
                if key not in BASE_ATTRIBUTES and not key.startswith(RESERVED_PREFIX)
            },
        )

    @property
    def label(self) -> str:
        """The name and id for messages."""
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
        """Read one task from an answer of the API."""
        return cls(**{key: str(data.get(key) or "") for key in ("id", "status", "message", "updated_at", "request_id")})


@dataclass(frozen=True)
class ListedStore:
    """One store as the API lists it; only the detailed list has ``type`` and ``properties``."""

    id: str
    description: str = ""
    default: bool = False
    read_only: bool = False
    type: str = ""
    weight: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> ListedStore:
        """Read one store from an answer of the API."""
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
        """Whether Glance reports that it cannot connect: the fsid is null."""
        properties = self.properties
        return "fsid" in properties and not properties["fsid"]

    @property
    def unproved(self) -> bool:
        """Whether Glance does not report if it can connect: an rbd store without fsid, as before Glance 2025.1."""
        return self.type == "rbd" and "fsid" not in self.properties


@dataclass(frozen=True)
class StoreListing:
    """The stores of one API; ``note`` says why the list is not detailed, and ``severity`` how bad that is."""

    stores: tuple[ListedStore, ...] = ()
    detailed: bool = False
    note: str = ""
    severity: str = "info"

    def by_id(self) -> dict[str, ListedStore]:
        """The stores by id, in the order of the API."""
        return {store.id: store for store in self.stores}

    @property
    def default(self) -> str:
        """The id of the default store."""
        return next((store.id for store in self.stores if store.default), "")

    @property
    def writable(self) -> tuple[str, ...]:
        """The ids of the stores that are not read-only."""
        return tuple(store.id for store in self.stores if not store.read_only)


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The items without duplicates, in their original order."""
    return tuple(dict.fromkeys(items))
