# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each release of Glance can do, and what of a site's settings the installed one cannot.

This is the only place that lists it. Source: the packages of Glance 19 to 31 and of glance_store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import (
    CONVERSION,
    COPY_IMAGE,
    DECOMPRESSION,
    GLANCE_DIRECT,
    GLANCE_DOWNLOAD,
    INJECT,
    NO_OP,
    WEB_DOWNLOAD,
)

#: The oldest release that can have several stores and is known here.
OLDEST = 19
NAMES: Mapping[int, str] = {
    19: "Train",
    20: "Ussuri",
    21: "Victoria",
    22: "Wallaby",
    23: "Xena",
    24: "Yoga",
    25: "Zed",
    26: "2023.1",
    27: "2023.2",
    28: "2024.1",
    29: "2024.2",
    30: "2025.1",
    31: "2025.2",
}
#: The first release with each import method.
METHODS: Mapping[str, int] = {GLANCE_DIRECT: 19, WEB_DOWNLOAD: 19, COPY_IMAGE: 20, GLANCE_DOWNLOAD: 25}
#: The first release with each import plugin.
PLUGINS: Mapping[str, int] = {NO_OP: 19, INJECT: 19, CONVERSION: 19, DECOMPRESSION: 20}

IMPORT_TO_STORES = "import_to_stores"
COPY_POLICY = "copy_image"
WORKER_URL = "worker_self_reference_url"
WEIGHT = "weight"
STORE_DETAILS = "stores_detail"
DELETE_FROM_STORE = "delete_from_store"


@dataclass(frozen=True)
class Feature:
    """Something that not every release has: its first release, what it is, and the source that contains its name.

    A distribution can have added it to an older release, so the source decides and not the version.
    """

    since: int
    text: str
    source: str
    word: str


FEATURES: Mapping[str, Feature] = {
    IMPORT_TO_STORES: Feature(20, "import to several stores", "glance/api/v2/images.py", "all_stores"),
    DELETE_FROM_STORE: Feature(
        20, "request that deletes an image from one store", "glance/api/v2/router.py", "delete_from_store"
    ),
    COPY_POLICY: Feature(
        21, "policy copy_image, which lets users copy images", "glance/policies/image.py", "copy_image"
    ),
    WORKER_URL: Feature(
        22,
        "option worker_self_reference_url, with which workers fetch each other's staged data",
        "glance/common/config.py",
        "worker_self_reference_url",
    ),
    STORE_DETAILS: Feature(
        24, "request that lists the stores in detail", "glance/api/v2/router.py", "/info/stores/detail"
    ),
    WEIGHT: Feature(27, "option weight of stores", "glance_store/driver.py", "weight"),
}


@dataclass(frozen=True)
class Found:
    """The Glance that is installed: its version, and what its code has."""

    version: str
    methods: tuple[str, ...]
    plugins: tuple[str, ...]
    features: tuple[str, ...]

    @property
    def release(self) -> str:
        """The name of the release; that of the newest known one with a plus sign for a newer one; '' for an older."""
        number = major(self.version)
        newest = max(NAMES)
        return f"{NAMES[newest]}+" if number > newest else NAMES.get(number, "")


@dataclass(frozen=True)
class Wanted:
    """What a site asks of its Glance. ``workers`` is the number of its workers."""

    methods: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    weights: bool = False
    workers: int = 1


def major(version: str) -> int:
    """The first number of a version; 0 if there is none."""
    first = version.partition(".")[0]
    return int(first) if first.isdigit() else 0


def expected(number: int) -> Found:
    """What the code of an unmodified release has."""
    return Found(
        f"{number}.0.0",
        tuple(name for name, since in METHODS.items() if since <= number),
        tuple(name for name, since in PLUGINS.items() if since <= number),
        tuple(name for name, feature in FEATURES.items() if feature.since <= number),
    )


def problems(found: Found, wanted: Wanted) -> list[str]:
    """Why this Glance cannot do what the site asks, one sentence for each reason."""
    who = f"Glance {found.version}" + (f" ({found.release})" if found.release else "")
    if major(found.version) < OLDEST:
        return [f"{who} is older than {NAMES[OLDEST]} ({OLDEST}), the first release with several stores: upgrade it."]
    lacking = [*_lacking(found, wanted)]
    return [f"{who} has no {what}, which came with {_named(since)}: {repair}." for what, since, repair in lacking]


def warnings(found: Found, wanted: Wanted) -> list[str]:
    """What works with this Glance only if the operator sees to it."""
    if wanted.workers > 1 and GLANCE_DIRECT in wanted.methods and WORKER_URL not in found.features:
        return [
            f"Glance {found.version} ({found.release}) has no {FEATURES[WORKER_URL].text}, but the site has "
            f"{wanted.workers} workers: put their staging directory on shared storage, or glance-direct imports fail."
        ]
    return []


def _lacking(found: Found, wanted: Wanted) -> Iterator[tuple[str, int, str]]:
    for kind, names, has, table in (
        ("method", wanted.methods, found.methods, METHODS),
        ("plugin", wanted.plugins, found.plugins, PLUGINS),
    ):
        for name in names:
            # A name that is not in the table is a plugin of the site's own.
            if name not in has and name in table:
                yield f"import {kind} {name}", table[name], f"remove it from glance.import.{kind}s, or upgrade"
    for name in wanted.policies:
        if name == COPY_POLICY and name not in found.features:
            feature = FEATURES[name]
            yield feature.text, feature.since, "set glance.copy_policy to admin, or upgrade"
    if wanted.weights and WEIGHT not in found.features:
        yield FEATURES[WEIGHT].text, FEATURES[WEIGHT].since, "remove glance.weights, or upgrade"


def _named(number: int) -> str:
    return f"{NAMES[number]} ({number})"
