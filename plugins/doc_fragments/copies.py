# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The limits of the modules that copy images between stores."""

    DOCUMENTATION = r"""
options:
  concurrency:
    description: How many images are copied at the same time. The staging directory needs space for all of them.
    type: int
    default: 4
  timeout:
    description:
      - The maximum time for one image in seconds, from the start of its copy.
      - Glance continues a copy after the timeout.
    type: int
    default: 3600
  interval:
    description: The time between two polls of the images in seconds. The first polls come sooner.
    type: float
    default: 5.0
  retries:
    description: How often failed copies are tried again.
    type: int
    default: 1
  lock_timeout:
    description:
      - How many seconds to try again while Glance refuses a copy because a task has locked the image, although the
        image shows no task.
      - This happens for a short time after an import. For a task that the image shows, the module waits up to
        O(timeout).
    type: int
    default: 60
"""
