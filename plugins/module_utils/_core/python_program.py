# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that ``python_exec`` runs in another Python: calls one function of this collection there.

That Python reads this source from standard input, followed by a call of ``main`` with the request. Even an old Python
must be able to read this file, so that it can say its version; so the file uses no newer syntax.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

import importlib
import importlib.abc
import importlib.util
import json
import os
import signal
import sys
import threading
import traceback
import typing

#: What precedes the answer, because a container can print lines of its own.
MARKER = b"dcn.glance answers: "
#: Exit code of a program that took too long.
TOO_LONG = 124


class _Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds the modules whose sources came with the request."""

    def __init__(self, sources):
        self._sources = sources

    def find_spec(self, fullname, path=None, target=None):
        if fullname in self._sources or self.is_package(fullname):
            return importlib.util.spec_from_loader(fullname, self)
        return None

    def is_package(self, fullname):
        return any(name.startswith(fullname + ".") for name in self._sources)

    def get_source(self, fullname):
        return self._sources.get(fullname, "")


def _answer(request):
    if list(sys.version_info[:2]) < request["oldest_python"]:
        return {"python": ".".join(str(number) for number in sys.version_info[:3])}
    # typing.Protocol came with Python 3.8.
    if not hasattr(typing, "Protocol"):
        setattr(typing, "Protocol", object)  # noqa: B010
    sys.meta_path.insert(0, _Sources(request["sources"]))
    try:
        function = getattr(importlib.import_module(request["module"]), request["function"])
        return {"value": function(request["arguments"])}
    except Exception as error:
        if any(each.__name__ == "DcnError" for each in type(error).__mro__):
            return {"error": str(error), "reason": getattr(error, "reason", "failed")}
        return {"bug": traceback.format_exc()}


def main(text):
    """Answer the request, which is JSON, on standard output."""
    request = json.loads(text)
    answers = os.dup(1)
    # What libraries print must not mix with the answer.
    os.dup2(2, 1)
    # The first process of a container ignores signals that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_arguments: os._exit(128 + signal.SIGTERM))
    # A container outlives the command that started it, so the program stops by itself.
    limit = threading.Timer(request["limit"], os._exit, [TOO_LONG])
    limit.daemon = True
    limit.start()
    with os.fdopen(answers, "wb") as stream:
        stream.write(b"\n" + MARKER + json.dumps(_answer(request)).encode("ascii") + b"\n")
