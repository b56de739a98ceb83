# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which configuration options are secret, by their names."""

from __future__ import annotations

import functools
import re

_SECRET = re.compile(
    r"password|passwd|passphrase|secret|token|credential|private|_auth$|auth_plugin_params|transport_url"
    r"|(?:^|_|access|api|secret)key$|(?:^|_)connection(?:$|_string$|_parameters$|_ur[il]$)|^http_proxy_information$",
    re.IGNORECASE,
)
# Names with one of these words that are not secret: a fact about the secret, or where it is.
_PLAIN = re.compile(
    r"_(?:uuid|time|timeout|interval|ttl|expiration|size|retries|limit|roles|required|debug|trace|file|path|dir|type|name)$"
    r"|(?<!token)(?<!secret)_id$",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=1024)
def is_secret_option(name: str) -> bool:
    """Whether the value of an option with this name must never be shown."""
    return bool(_SECRET.search(name)) and not _PLAIN.search(name)
