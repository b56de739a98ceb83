# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that the Glance operator and Kubernetes use, and how long they can be.

A key of ``glanceAPIs`` becomes part of the names of GlanceAPIs, StatefulSets, pods, PVCs, CronJobs and Services.
``glance`` is the name of the Glance object, which most of them begin with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: RFC 1123, as Kubernetes checks it.
DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
DNS_LABEL_RULE = "lower case letters, digits and -, 63 at most, with a letter or digit at both ends"
DNS_SUBDOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
DNS_SUBDOMAIN_RULE = (
    "lower case letters, digits, - and ., 253 at most, with a letter or digit at both ends of each part"
)

#: What the definition of the Glance allows.
API_TYPES = ("split", "single", "edge")
MAX_REPLICAS = 32
#: The keys of ``override.service`` that the webhook accepts.
SERVICE_ENDPOINTS = ("public", "internal")

#: Selects StatefulSets, pods, PVCs and Services of Glance.
SERVICE_SELECTOR = "service=glance"
#: The label of StatefulSets, pods, PVCs and Services that names the API and its instance.
API_LABEL = "glanceAPI"
#: The annotations of the Glance that come from the OpenStackVersion.
WSGI_ANNOTATION = "glance.openstack.org/wsgi"
LOCATION_API_ANNOTATION = "glance.openstack.org/location-api"

#: Where the operator mounts the volume for staging.
STATE_DIRECTORY = "/var/lib/glance"

#: The volume claim templates of the StatefulSets.
STAGING_CLAIM, CACHE_CLAIM = "glance", "glance-cache"


@dataclass(frozen=True)
class Instance:
    """One GlanceAPI of an API: a split one has two, each with its own StatefulSet.

    ``name`` is also the ``apiType`` of the GlanceAPI; ``suffix`` follows the key in the name of the StatefulSet.
    """

    name: str
    suffix: str


#: The instances of each type. The status of the Glance counts the pods of the first one.
INSTANCES = {
    "split": (Instance("external", "-external-api"), Instance("internal", "-internal-api")),
    "single": (Instance("single", "-single"),),
    "edge": (Instance("edge", "-edge-api"),),
}
#: The type of an API by the name of its instance.
API_TYPE_OF = {instance.name: api_type for api_type, found in INSTANCES.items() for instance in found}
#: How the names of the two StatefulSets of a split API end.
SPLIT_SUFFIXES = tuple(instance.suffix for instance in INSTANCES["split"])

_LABEL_LIMIT = 63
#: The label controller-revision-hash of a pod is the StatefulSet's name, a dash and ten characters.
_REVISION = 11
_CRON_JOB_LIMIT = 52
#: Where images are cached, each pod has the CronJobs <pod>-cleaner and <pod>-pruner.
_CRON_JOB = "-cleaner"
#: With uniquePodNames the name of the Glance gets a dash and five characters more.
UNIQUE_SUFFIX = 6


def glance_api_name(glance: str, key: str, instance: Instance) -> str:
    """The name of the GlanceAPI of an instance."""
    return f"{glance}-{key}-{instance.name}"


def statefulset_name(glance: str, key: str, instance: Instance) -> str:
    """The name of the StatefulSet of an instance, and of its headless Service."""
    return f"{glance}-{key}{instance.suffix}"


def claim_name(template: str, statefulset: str, ordinal: int) -> str:
    """The name of the PVC that a volume claim template makes for a pod."""
    return f"{template}-{statefulset}-{ordinal}"


def parse_api_label(label: str) -> tuple[str, str] | None:
    """The key and the instance's name in a value of API_LABEL; None for another text."""
    head, _dash, instance = label.rpartition("-")
    glance, _dash, key = head.partition("-")
    return (key, instance) if glance == "glance" and key and instance in API_TYPE_OF else None


def parse_glance_api_name(glance: str, name: str) -> tuple[str, str] | None:
    """The key and the instance's name in the name of a GlanceAPI; None for another text."""
    head, _dash, instance = name.rpartition("-")
    key = head[len(glance) + 1 :]
    return (key, instance) if head.startswith(f"{glance}-") and key and instance in API_TYPE_OF else None


@dataclass(frozen=True)
class KeyLimit:
    """The maximum length of a key, and the effect of a longer one."""

    length: int
    consequence: str


def webhook_key_limit(api_type: str, glance: str) -> KeyLimit:
    """The limit of the operator's webhook, which counts the type instead of the real suffix."""
    return KeyLimit(_LABEL_LIMIT - (11 + len(glance) + len(api_type) + 2), "the webhook refuses a longer one")


def pod_key_limit(api_type: str, glance: str) -> KeyLimit:
    """The limit for the label controller-revision-hash of the pods."""
    room = _LABEL_LIMIT - _REVISION - len(glance) - 1 - _longest_suffix(api_type)
    return KeyLimit(room, "Kubernetes refuses the pods of a longer one for their label controller-revision-hash")


def cron_job_key_limit(api_type: str, glance: str, replicas: int) -> KeyLimit:
    """The limit for the CronJobs of the image cache, with the highest ordinal."""
    around = len(glance) + 1 + _longest_suffix(api_type) + len(f"-{max(replicas - 1, 0)}") + len(_CRON_JOB)
    return KeyLimit(_CRON_JOB_LIMIT - around, "Kubernetes refuses the CronJobs of the image cache of a longer one")


def working_key_limit(api_type: str, glance: str = "glance", replicas: int = 1, cached: bool = False) -> KeyLimit:
    """The maximum length of a key that works: the smallest of all limits."""
    limits = [webhook_key_limit(api_type, glance), pod_key_limit(api_type, glance)]
    if cached:
        limits.append(cron_job_key_limit(api_type, glance, replicas))
    return min(limits, key=lambda limit: limit.length)


def _longest_suffix(api_type: str) -> int:
    return max((len(instance.suffix) for instance in INSTANCES.get(api_type, ())), default=0)
