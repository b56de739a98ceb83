# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all filters share: how they report errors, and the views of a topology for one site."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from ansible.errors import AnsibleFilterError

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology import parse as parser
from ansible_collections.dcn.glance.plugins.module_utils._topology.matrix import find_site
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import plain

FilterT = TypeVar("FilterT", bound=Callable[..., Any])

#: The topology that a filter has parsed last, by its text. A task asks several filters about the same one.
_parsed: dict[str, Topology] = {}


def parse(data: Any) -> Topology:
    """The topology that ``data`` describes. Raises InputErrors with every problem."""
    read = plain(data)
    # Unlike an equal mapping, an equal text has values of the same types.
    text = repr(read)
    found = _parsed.get(text)
    if found is None:
        found = parser.parse(read)
        _parsed.clear()
        _parsed[text] = found
    return found


def reports_errors(function: FilterT) -> FilterT:
    """Report an expected error as an error of the filter. All problems of the input are in it, one on each line."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except InputErrors as error:
            lines = [f"  {problem}" for problem in error.problems]
            count = f"{len(lines)} problem{'s' if len(lines) > 1 else ''}"
            raise AnsibleFilterError("\n".join([f"dcn.glance.{function.__name__}: {count}:", *lines])) from None
        except DcnError as error:
            raise AnsibleFilterError(f"dcn.glance.{function.__name__}: {error}") from None

    return wrapped  # type: ignore[return-value]


def per_site(derive: Callable[..., Any]) -> Callable[..., Any]:
    """A filter (topology, site, ...) from a function (parsed topology, site object, ...)."""

    @functools.wraps(derive)
    def filtered(topology: Any, site: Any, *args: Any, **kwargs: Any) -> Any:
        parsed = parse(topology)
        return derive(parsed, find_site(parsed, site), *args, **kwargs)

    return reports_errors(filtered)
