# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local connection that runs nothing and writes nothing: what actions send to a host ends here."""

from __future__ import annotations

import json
from typing import Any

from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: simulated
short_description: Runs nothing and writes nothing
description: For benchmarks of the controller.
author: dcn.glance authors (@dcn-glance)
options: {}
extends_documentation_fragment: [connection_pipelining]
"""

ANSWER = json.dumps({"changed": False, "stat": {"exists": False}})


class Connection(Local):
    """Answers every command."""

    transport = "simulated"

    def exec_command(self, cmd: str, in_data: Any = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        return 0, ANSWER.encode(), b""

    def put_file(self, in_path: str, out_path: str) -> None:
        """Write nothing."""

    def fetch_file(self, in_path: str, out_path: str) -> None:
        raise NotImplementedError("no action of the roles fetches a file")
