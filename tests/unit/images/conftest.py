# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.dcn.glance.tests.unit.glance.conftest import client, clock, glance, no_requests_to_uris

__all__ = ("client", "clock", "glance", "no_requests_to_uris")
