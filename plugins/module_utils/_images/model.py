# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules: which images must be in which stores, and where a missing image comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: What happens to copies in other stores, and to the old version of an image.
KEEP, REMOVE = "keep", "remove"
HIDE, DELETE = "hide", "delete"

#: Properties that an import by a rule writes: what the image was made from, by the key of the rule.
VERSION, CHECKSUM, SIZE = "dcn_version", "dcn_checksum", "dcn_size"
#: The property of an old version that a rule has hidden: the id of the new one.
REPLACED_BY = "dcn_replaced_by"


@dataclass(frozen=True)
class ImageRule:
    """One rule. Empty selectors select everything; ``min_copies`` 0 means a copy in every store of ``stores``.

    ``path`` is the position of the rule, such as ``dcn_images[2]``. ``source`` has the keys of an image of the module
    glance_image_import; it is empty for images that exist already.
    """

    path: str
    stores: tuple[str, ...] = ()
    id: str = ""
    name: str = ""
    tag: str = ""
    owner: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    hidden: bool | None = None
    min_copies: int = 0
    elsewhere: str = KEEP
    source: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    old: str = HIDE

    @property
    def stated(self) -> tuple[str, str]:
        """(property, value) by which an image shows that it has the version that the rule states; empty for none."""
        size = self.source.get("size")
        values = ((VERSION, self.version), (CHECKSUM, self.source.get("checksum")), (SIZE, size))
        return next(((key, str(value).lower()) for key, value in values if value not in (None, "")), ("", ""))

    @property
    def recorded(self) -> dict[str, str]:
        """The properties that the import of this version writes."""
        values = ((VERSION, self.version), (CHECKSUM, self.source.get("checksum")), (SIZE, self.source.get("size")))
        return {key: str(value).lower() for key, value in values if value not in (None, "")}

    @property
    def label(self) -> str:
        """The rule for messages: its position, and the image if it names one."""
        return f"{self.path} ({self.name or self.id})" if self.name or self.id else self.path
