# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the stand-in, and the switches that a ConfigMap can change while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

# The ConfigMap in the stand-in's namespace; its keys are names of switches.
CONFIG_MAP = "standin-switches"


@dataclass(frozen=True)
class Switches:
    """Misbehaviour."""

    stuck: bool = False  # reconciles nothing
    error: str = ""  # message of an error in all GlanceAPIs; their objects are not changed
    delay: float = 0.0  # seconds between a change and the reconciliation
    lag: float = 1.0  # delay of the counts in statuses, in seconds
    webhooks: bool = True  # apply the defaults and the validation of the webhooks
    write_defaults: bool = True  # write the defaults of the webhooks into the object
    operator_probes: bool = False  # probe as rarely as the operator, which makes a worker ready after about 30 s
    db_sync_error: str = ""  # message with which the next database synchronization fails
    region_delay: float = 0.0  # seconds until the region of an API with an endpoint is configured

    def changed(self, data: Mapping[str, str]) -> Switches:
        """The switches with the values of a ConfigMap. Invalid values are ignored."""
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
    # The group that can read /etc/glance in the image, as Debian numbers it. Pods run as the user of the operators.
    image_group: int = 64062
    # How often Kubernetes tries a failed Job again.
    db_sync_retries: int = 6
