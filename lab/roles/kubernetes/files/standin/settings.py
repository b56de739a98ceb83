# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stand-in is told on its command line, and what a ConfigMap may change while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

# The ConfigMap in the stand-in's namespace; its keys are names of switches.
CONFIG_MAP = "standin-switches"


@dataclass(frozen=True)
class Switches:
    """How it behaves badly."""

    stuck: bool = False  # reconciles nothing
    error: str = ""  # this message is the Error condition of every GlanceAPI, and nothing below it is changed
    delay: float = 0.0  # seconds between a change and the look at it
    lag: float = 1.0  # seconds by which the counts in statuses are late
    webhooks: bool = True  # defaulting and validation as the webhooks would have done
    write_defaults: bool = False  # what the webhooks would have added is written into the object itself, too
    region_delay: float = 0.0  # seconds after which a registered API's region enters its configuration; 0: at once

    def changed(self, data: Mapping[str, str]) -> Switches:
        """These with what a ConfigMap says; a value that cannot be read leaves its switch as it was."""
        found: dict[str, Any] = {}
        for field in fields(self):
            if field.name not in data:
                continue
            try:
                found[field.name] = _value(type(getattr(self, field.name)), data[field.name])
            except ValueError:
                continue
        return replace(self, **found)


def _value(kind: type, text: str) -> Any:
    if kind is not bool:
        return kind(text)
    if text.strip().lower() in ("true", "1", "yes", "on"):
        return True
    if text.strip().lower() in ("false", "0", "no", "off", ""):
        return False
    raise ValueError(text)


@dataclass(frozen=True)
class Settings:
    """The services that the pods use, and how the pods look."""

    image: str = "localhost/dcn-glance-pod:lab"
    database_host: str = "central"
    database: str = "glance"
    keystone_url: str = "http://central:5000/v3"
    region: str = "RegionOne"
    wsgi: bool = True
    location_api: bool = False
    # The group that may read /etc/glance in the image: Debian's own number for it. Pods run as the operators' user.
    image_group: int = 64062
    # Seconds between readiness probes. The operator's 18 would make every test wait.
    readiness_period: int = 2
