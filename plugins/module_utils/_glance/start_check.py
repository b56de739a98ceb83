# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check with Glance's own code whether Glance starts with a configuration.

The source of this file is run by the Python of Glance, as the user of the service: ``python - CONF USER SECONDS``. It
loads the configuration and creates the stores as Glance does when it starts, and prints the result as JSON. It connects
to no Ceph cluster and creates no directory, but looks whether Glance may write to the directories of file stores. It
imports the standard library only, and Glance by name.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import threading
from typing import Any

#: Glance accepts the configuration.
PASSED = "passed"
#: Glance would not start.
REFUSED = "refused"
#: Glance cannot be asked on this host.
SKIPPED = "skipped"
#: Exit code of a check that took too long.
TOO_LONG = 124
_OFFLINE = "not connected during this check"


def main(conf: str, user: str) -> dict[str, Any]:
    """``{state, reason, unreadable, unwritable}``.

    ``unreadable`` lists options that Glance cannot read when it needs them, ``unwritable`` why Glance cannot write to a
    store with which it starts all the same.
    """
    disabled = _Disabled()
    logging.getLogger("glance_store").addHandler(disabled)
    if user and not _became(user):
        return {"state": SKIPPED, "reason": f"this process cannot become the user {user} of the service"}
    # The name of the program decides which drop-in directories oslo.config reads.
    sys.argv[:] = ["glance-api"]
    try:
        cfg = importlib.import_module("oslo_config.cfg")
        config = importlib.import_module("glance.common.config")
        wsgi = importlib.import_module("glance.common.wsgi")
    except Exception as error:
        return {"state": SKIPPED, "reason": f"Glance cannot be imported ({type(error).__name__}: {error})"}
    try:
        config.parse_args(args=["--config-file", conf])
        _stay_offline()
        if cfg.CONF.enabled_backends:
            wsgi.initialize_multi_store()
        else:
            wsgi.initialize_glance_store()
    except (Exception, SystemExit) as error:
        if not _is_offline(error):
            return {"state": REFUSED, "reason": _message(error)}
    return {"state": PASSED, "unreadable": unreadable(cfg.CONF, cfg), "unwritable": disabled.reasons}


class _Disabled(logging.Handler):
    """Collects why glance_store disables writing to a store. It only logs that."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.reasons: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "Disabling add method" in text and _OFFLINE not in text:
            self.reasons.append(text.replace("Disabling add method.", "").strip())


def _is_offline(error: BaseException) -> bool:
    """Whether Glance stopped because this check does not connect, as it does where an rbd store is its only store."""
    cause: BaseException | None = error
    while cause is not None and _OFFLINE not in str(cause):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def _message(error: BaseException) -> str:
    """The error without the line that cannot be parsed, which can hold a password."""
    name, text = type(error).__name__, str(error)
    return f"{name}: {text.rpartition(': ')[0] if name == 'ConfigFileParseError' else text}"


def _became(user: str) -> bool:
    """Take the user and the groups of the service. Another user could not read the same files."""
    pwd = importlib.import_module("pwd")
    account = pwd.getpwnam(user)
    if os.geteuid() == 0:
        os.initgroups(user, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    return bool(os.geteuid() == account.pw_uid)


def _stay_offline() -> None:
    """Keep drivers from connecting to Ceph and from creating directories. Glance starts when either fails."""
    for name in ("makedirs", "mkdir", "chmod"):
        setattr(os, name, lambda *arguments, **options: None)
    try:
        rados: Any = importlib.import_module("rados")
    except ImportError:
        return

    class Offline(rados.Rados):  # type: ignore[misc]
        """Reads the conf, which may be invalid, and does not connect."""

        def connect(self, *arguments: Any, **options: Any) -> None:
            raise rados.Error(_OFFLINE)

    rados.Rados = Offline


def unreadable(conf: Any, cfg: Any) -> list[str]:
    """Options of the files whose values oslo.config cannot convert or substitute, as ``[section] option``, sorted."""
    found = []

    def read(group: Any, section: str, name: str) -> Any:
        try:
            return group[name]
        except (cfg.ConfigFileValueError, cfg.TemplateSubstitutionError):
            found.append(f"[{section}] {name}")
        except cfg.Error:
            pass  # an option that is required and not set, for example
        return None

    for name in conf:
        value = read(conf, "DEFAULT", name)
        if isinstance(value, cfg.ConfigOpts.GroupAttr):
            for option in value:
                read(value, name, option)
    return sorted(found)


def _stop_after(seconds: float) -> None:
    """End this process then, also in a container that outlives the command that started it."""
    limit = threading.Timer(seconds, os._exit, [TOO_LONG])
    limit.daemon = True
    limit.start()


if __name__ == "__main__":
    _stop_after(float(sys.argv[3]))
    sys.stdout.write("\n" + json.dumps(main(*sys.argv[1:3])) + "\n")
