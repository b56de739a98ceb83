# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of an API: ``00`` of the operator, ``02`` of the user, ``03`` from the secrets of the user.

Each pod writes ``01`` when it starts, because only the pod knows its host name.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence

from .backends import enabled_backends
from .gotemplate import Value, expand
from .names import PORT, Object
from .settings import Settings

STATE = "/var/lib/glance"
CACHE = f"{STATE}/image-cache"
LOGS = "/var/log/glance"
CONFIG = "/etc/glance/glance.conf.d"

Options = list[tuple[str, Value]]
Section = tuple[str, Options]

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_UNITS.update({f"{prefix}i": 1024 ** (power + 1) for power, prefix in enumerate("KMGTPE")})
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]*)?)([kMGTPE]|[KMGTPE]i)?\Z")


def quantity(text: str) -> int:
    """A Kubernetes quantity in bytes; ValueError with the message that the operator would show."""
    match = _QUANTITY.match(text)
    if match is None:
        raise ValueError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    return int(float(match.group(1)) * _UNITS[match.group(2) or ""])


def log_file(api: Object) -> str:
    return f"{LOGS}/{api['metadata']['name']}.log"


def shows_locations(api: Object) -> bool:
    return str(api["spec"]["apiType"]) != "external"


def converts(api: Object) -> bool:
    """The operator converts images for Ceph at the external API only."""
    stores = enabled_backends(api["spec"].get("customServiceConfig", ""))
    return str(api["spec"]["apiType"]) == "external" and any(entry.partition(":")[2] == "rbd" for entry in stores)


def connection(settings: Settings, account: str, host: str, password: str) -> str:
    """The URL of the database."""
    return f"mysql+pymysql://{account}:{password}@{host}/{settings.database}?read_default_file=/etc/my.cnf"


def values(api: Object, settings: Settings, password: str, database_password: str, region: str) -> dict[str, Value]:
    """The values of placeholders. Without an endpoint in Keystone there is no ``Region``, and its placeholder fails."""
    account = api["spec"]["databaseAccount"]
    host = api["spec"]["databaseHostname"]
    found: dict[str, Value] = {
        "ServiceUser": api["spec"].get("serviceUser", "glance"),
        "ServicePassword": password,
        "KeystoneInternalURL": settings.keystone_url,
        "KeystonePublicURL": settings.keystone_url,
        "DatabaseConnection": connection(settings, account, host, database_password),
        "QuotaEnabled": bool(api["spec"].get("quota")),
        "LogFile": log_file(api),
        "Wsgi": settings.wsgi,
        "ShowImageDirectUrl": shows_locations(api),
        "ShowMultipleLocations": shows_locations(api),
    }
    if region:
        found["Region"] = region
        found["EndpointID"] = uuid.uuid5(uuid.NAMESPACE_DNS, api["metadata"]["name"]).hex
    return found


def operator_part(api: Object, settings: Settings, known: Mapping[str, Value]) -> str:
    """``00-config.conf`` as the operator writes it. :func:`lab_part` takes back what the lab does not have."""
    plugin = "image_conversion" if converts(api) else "no_op"
    sections: list[Section] = [
        ("DEFAULT", _defaults(api, known)),
        ("database", [("connection", known["DatabaseConnection"]), ("max_retries", -1), ("db_max_retries", -1)]),
        ("file", [("filesystem_store_datadir", f"{STATE}/images")]),
        ("glance_store", [("default_backend", "default_backend")]),
        ("keystone_authtoken", _keystone(api, settings, known)),
        ("service_user", [("password", known["ServicePassword"])]),
        ("oslo_messaging_notifications", [("driver", "noop")]),
        ("oslo_middleware", [("enable_proxy_headers_parsing", "True")]),
        ("oslo_concurrency", [("lock_path", f"{STATE}/tmp")]),
        ("paste_deploy", [("flavor", "keystone+cachemanagement" if cached(api) else "keystone")]),
        ("os_glance_staging_store", [("filesystem_store_datadir", f"{STATE}/os_glance_staging_store/")]),
        ("os_glance_tasks_store", [("filesystem_store_datadir", f"{STATE}/os_glance_tasks_store/")]),
        ("oslo_limit", _limits(settings, known)),
        ("os_brick", [("lock_path", "/var/locks/openstack/os-brick")]),
        ("oslo_policy", [("enforce_new_defaults", "true"), ("enforce_scope", "true")]),
        ("image_import_opts", [("image_import_plugins", f"['{plugin}']")]),
    ]
    if converts(api):
        sections.append(("image_conversion", [("output_format", "raw")]))
    sections += [
        ("key_manager", [("backend", "barbican")]),
        ("barbican", [("auth_endpoint", settings.keystone_url)]),
    ]
    return "\n".join(_section(name, options) for name, options in sections)


def lab_part(settings: Settings) -> str:
    """What a pod of the lab needs beside ``00-config.conf``: no web server and no memcached are there, and one region.

    Each pod writes it between ``00`` and ``01``, so that it is in no Secret.
    """
    sections: list[Section] = [
        ("DEFAULT", [("bind_host", "0.0.0.0"), ("bind_port", PORT), ("workers", 1)]),
        # The lab's image needs the region: its own glance-api.conf names one that does not exist.
        ("keystone_authtoken", [("memcached_servers", ""), ("region_name", settings.region)]),
        ("oslo_limit", [("endpoint_id", "")]),
    ]
    return "\n".join(_section(name, options) for name, options in sections)


def _account(settings: Settings, known: Mapping[str, Value]) -> Options:
    return [
        ("auth_url", settings.keystone_url),
        ("auth_type", "password"),
        ("username", known["ServiceUser"]),
        ("password", known["ServicePassword"]),
    ]


def _keystone(api: Object, settings: Settings, known: Mapping[str, Value]) -> Options:
    memcached = f"{api['spec'].get('memcachedInstance', 'memcached')}.{api['metadata']['namespace']}.svc:11211"
    return [
        ("www_authenticate_uri", settings.keystone_url),
        *_account(settings, known),
        ("memcached_servers", memcached),
        ("memcache_pool_dead_retry", 10),
        ("memcache_pool_conn_get_timeout", 2),
        ("project_domain_name", "Default"),
        ("user_domain_name", "Default"),
        ("project_name", "service"),
        *_region("region_name", known),
    ]


def _region(option: str, known: Mapping[str, Value]) -> Options:
    return [(option, known["Region"])] if "Region" in known else []


def _limits(settings: Settings, known: Mapping[str, Value]) -> Options:
    options: Options = [*_account(settings, known), ("system_scope", "all"), ("user_domain_id", "default")]
    if "EndpointID" in known:
        options.append(("endpoint_id", known["EndpointID"]))
    return [*options, *_region("endpoint_region_name", known)]


def cached(api: Object) -> str:
    return str(api["spec"].get("imageCache", {}).get("size", ""))


def _defaults(api: Object, known: Mapping[str, Value]) -> Options:
    options: Options = [
        ("verbose", "True"),
        ("show_image_direct_url", _word(known["ShowImageDirectUrl"])),
        ("show_multiple_locations", _word(known["ShowMultipleLocations"])),
        ("enabled_import_methods", "[web-download,glance-direct]"),
        ("bind_host", "localhost"),
        ("bind_port", 9293),
        ("workers", 3),
        ("max_logfile_count", 1),
        ("max_logfile_size_mb", 20),
        ("log_rotation_type", "size"),
        ("log_file", known["LogFile"]),
        ("enabled_backends", "default_backend:file"),
        ("use_keystone_limits", _word(known["QuotaEnabled"])),
    ]
    if cached(api):
        options += [
            ("image_cache_dir", CACHE),
            ("image_cache_max_size", quantity(cached(api))),
            ("image_cache_stall_time", 86400),
        ]
    return options


def _word(value: Value) -> str:
    return "True" if value else "False"


def _section(name: str, options: Options) -> str:
    return "".join([f"[{name}]\n", *[f"{option} = {value}\n" for option, value in options]])


def files(api: Object, settings: Settings, known: Mapping[str, Value], secrets: Sequence[Mapping[str, str]]) -> Object:
    """Name and text of each file in the Secret of an API; ``secrets`` are those of the API, in their order."""
    custom = "".join(secret[key] + "\n" for secret in secrets for key in sorted(secret))
    return {
        "00-config.conf": operator_part(api, settings, known),
        "02-config.conf": expand(api["spec"].get("customServiceConfig", ""), known),
        "03-config.conf": expand(custom, known),
        "my.cnf": "[client]\n",
        **web_server(api),
    }


def web_server(api: Object) -> dict[str, str]:
    """The files of the operator's web server. Nothing in the lab reads them."""
    name = f"glance-{api['spec']['apiType']}.{api['metadata']['namespace']}.svc"
    timeout = api["spec"].get("apiTimeout", 60)
    host = f"<VirtualHost *:{PORT}>\n  ServerName {name}\n  TimeOut {timeout}\n"
    return {
        "httpd.conf": f"User apache\nGroup apache\nListen {PORT}\nIncludeOptional conf.d/*.conf\n",
        "10-glance-wsgi.conf": f"{host}  WSGIScriptAlias / /usr/bin/glance-wsgi-api\n</VirtualHost>\n",
        "10-glance-proxypass.conf": f"{host}  ProxyPass / http://localhost:9293/ retry=10\n</VirtualHost>\n",
        "ssl.conf": "SSLSessionCacheTimeout 300\n",
    }
