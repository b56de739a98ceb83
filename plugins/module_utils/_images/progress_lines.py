# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines by which a person watches imports and copies, from what the module has written about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._images.text import in_bytes, rate

#: The states after which nothing more happens.
OVER = ("copied", "imported", "failed")


def lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is new in ``after``: one line for each image and store whose state or bytes have changed, and the total."""
    known = dict(_items(before))
    found = [
        _line(image, item)
        for (image, store), item in _items(after)
        if item["state"] != "waiting" and _mark(known.get((image, store))) != _mark(item)
    ]
    return [*found, _total(after)] if found else []


def _items(progress: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for image in progress.get("images", ()):
        for item in image["stores"]:
            yield (image["image"], item["store"]), {**item, "size": image["size"]}


def _mark(item: Mapping[str, Any] | None) -> tuple[str, int] | None:
    return (item["state"], item["bytes"]) if item else None


def _line(image: str, item: Mapping[str, Any]) -> str:
    size, done = item["size"], item["bytes"]
    speed = rate(done, item["seconds"])
    amount = in_bytes(size if size is not None else done or None)
    if item["state"] in ("copied", "imported"):
        details = ", ".join(part for part in (f"{item['seconds']:.1f} s", speed) if part)
        return f"{image} -> {item['store']}: {item['state']}, {amount} ({details})"
    if item["state"] == "failed":
        return f"{image} -> {item['store']}: failed"
    known = f"{in_bytes(done)} of {amount}" if done else amount
    return f"{image} -> {item['store']}: {item['state']}, {known}{f' ({speed})' if speed else ''}"


def _total(progress: Mapping[str, Any]) -> str:
    items = [item for _key, item in _items(progress)]
    over = sum(1 for item in items if item["state"] in OVER)
    done = sum(item["bytes"] for item in items)
    size = sum(item["size"] or 0 for item in items)
    speed = rate(done, progress["seconds"])
    text = f"{over} of {len(items)} copies, {in_bytes(done)} of {in_bytes(size)}"
    return f"{text}, {progress['seconds']:.0f} s{f', {speed}' if speed else ''}"
