# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of names, and values as messages show them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
SITE_RULE = "the name of a site consists of letters, digits, _ and -, and starts with a letter or digit"
CLUSTER = re.compile(r"[A-Za-z0-9]+")
CLUSTER_RULE = "the name of a cluster consists of letters and digits only"
STORE = SITE
CLIENT = SITE
GIVEN_CLIENT = re.compile(r"(?!client\.)[A-Za-z0-9][A-Za-z0-9_.-]*")
GIVEN_CLIENT_RULE = "the name of a client consists of letters, digits, _, . and - (without `client.`)"
POOL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
POOL_RULE = "the name of a pool consists of letters, digits, _, . and -, and does not start with . or -"
ZONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]*")
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,62}")
LABEL_RULE = "use up to 63 letters, digits, _, ., / and -, and start with a letter or digit"
OPTION = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
SECTION = re.compile(r"[^\[\]\s#;][^\[\]\r\n]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: Keys that YAML reads as text only if they are in quotes. After a round trip through JSON they are text.
NOT_TEXT = re.compile(r"[0-9]+|true|false|null", re.IGNORECASE)
PLAIN = re.compile(r"[A-Za-z0-9_./@-]{1,80}")
FSID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

RESERVED_PREFIX = "os_glance_"

#: Sections of glance-api.conf: a store with one of these names would use the same section.
_GLANCE = """
    audit_middleware_notifications backend_defaults barbican barbican_service_user cors database default
    glance_download_opts glance_download_properties glance_store healthcheck image_conversion image_format
    image_import_opts import_filtering_opts inject_metadata_properties key_manager keystone_authtoken
    keystone_ec2_token location_strategy os_brick oslo_concurrency oslo_limit oslo_messaging_amqp
    oslo_messaging_kafka oslo_messaging_notifications oslo_messaging_rabbit oslo_middleware oslo_policy
    oslo_reports oslo_versionedobjects paste_deploy privsep privsep_osbrick profiler property_protections
    store_type_location_strategy task taskflow_executor vault vmware_location_strategy wsgi
"""
GLANCE_GROUPS = frozenset(_GLANCE.split())

#: Sections of cinder.conf: the section of a site's backend has the name of the site.
_CINDER = """
    backend backend_defaults barbican barbican_service_user brcd_fabric_example cisco_fabric_example coordination
    cors database default fc-zone-manager healthcheck key_manager keystone_authtoken nova os_brick
    oslo_concurrency oslo_messaging_amqp oslo_messaging_kafka oslo_messaging_notifications
    oslo_messaging_rabbit oslo_middleware oslo_policy oslo_reports oslo_versionedobjects privsep
    privsep_osbrick profiler sample_castellan_source sample_remote_file_source service_user ssl vault wsgi
"""
CINDER_GROUPS = frozenset(_CINDER.split())


def show(value: object, limit: int = 60) -> str:
    """A value as a message shows it: on one line and short. Of a container only the kind is shown."""
    if isinstance(value, str):
        text = repr(str(value))
        return text if len(text) <= limit else f"{text[:limit]}..."
    if isinstance(value, (bool, int, float)):
        return str(value).lower()[:limit]
    return kind(value)


def key(name: object) -> str:
    """A key of a mapping as a path shows it: a plain word as it is, anything else like a value."""
    text = str(name) if isinstance(name, (str, bool, int, float)) else kind(name)
    return text if PLAIN.fullmatch(text) else show(text)


def kind(value: object) -> str:
    """The kind of a value, in the terms of YAML."""
    if value is None:
        return "nothing"
    words: tuple[tuple[type, str], ...] = (
        (bool, "a boolean"),
        (int, "a number"),
        (float, "a number"),
        (str, "text"),
        (dict, "a mapping"),
        (list, "a list"),
        (tuple, "a list"),
    )
    if hasattr(value, "isoformat"):
        return "a date"
    return next((word for known, word in words if isinstance(value, known)), f"a {type(value).__name__}")


def one_of(values: Iterable[str], limit: int = 12) -> str:
    """'a, b, c' for a message. A long list is cut."""
    found = list(values)
    rest = f" and {len(found) - limit} more" if len(found) > limit else ""
    return ", ".join(found[:limit]) + rest


def suggest(value: object, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The end of a message that suggests the known word closest to ``value``, '' if none is close."""
    choices = {name.lower(): name for name in known}
    close = difflib.get_close_matches(str(value)[:100].lower(), list(choices), n=1, cutoff=cutoff)
    return f"; did you mean '{choices[close[0]]}'?" if close else ""
