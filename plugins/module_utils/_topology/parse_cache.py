# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the image cache of a site."""

from __future__ import annotations

import re

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._operators.quantities import SIZE, SIZE_RULE, parse_quantity
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import CACHE_DRIVERS, Cache
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import unreadable
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader

_DIRECTORY = re.compile(r"/[^\s/]+(?:/[^\s/]+)+")


def parse_cache(glance: MappingReader) -> Cache | None:
    """The image cache of the workers of a site; None without ``cache``."""
    if not glance.has("cache"):
        return None
    reader = glance.mapping("cache", empty="is empty; set it to {} for a cache with all defaults, or remove the key")
    if reader is None:
        return None
    size = _size(reader)
    directory = reader.text(
        "directory", _DIRECTORY, "use an absolute path below another directory, without a slash at the end"
    )
    driver = reader.choice("driver", CACHE_DRIVERS)
    stall_time = _seconds(reader, "stall_time")
    prefetch = _images(reader, "prefetch")
    reader.finish()
    found = Cache(driver=driver, stall_time=stall_time, prefetch=prefetch)
    return Cache(size or found.max_size, directory or found.directory, driver, stall_time, prefetch)


def _size(reader: MappingReader) -> str | None:
    """A size as text: a number of bytes, or a number with a unit."""
    value = reader.raw("max_size")
    if value is None:
        return None
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        reader.problem(reader.at("max_size"), f"must be a size, not {words.kind(value)} ({words.show(value)})")
        return None
    number = parse_quantity(text) if SIZE.fullmatch(text) else None
    if number is None or number < 1:
        reader.problem(reader.at("max_size"), f"{words.show(value)} cannot be used: it must be {SIZE_RULE}")
        return None
    return str(text)


def _seconds(reader: MappingReader, key: str) -> int | None:
    value = reader.raw(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        reader.problem(reader.at(key), f"must be a whole number of seconds from 0, not {words.show(value)}")
        return None
    return int(value)


def _images(reader: MappingReader, key: str) -> tuple[str, ...]:
    """Names or ids of images, each once."""
    value = reader.raw(key)
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        reader.problem(reader.at(key), f"must be a list, not {words.kind(value)} ({words.show(value)})")
        return ()
    found: list[str] = []
    for index, item in enumerate(value):
        where = f"{reader.at(key)}[{index}]"
        if unreadable(item):
            reader.problem(where, unreadable(item))
        elif not isinstance(item, str) or not item.strip():
            reader.problem(where, f"must be the name or the id of an image, not {words.show(item)}")
        elif item in found:
            reader.problem(where, f"{words.show(item)} is in the list twice; remove one")
        else:
            found.append(str(item))
    return tuple(found)
