# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs and addresses of monitors: which are valid, and which are the same."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology import addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://glance:9292",
        "https://glance.example.com",
        "https://glance.example.com:443/image",
        "http://192.0.2.1:9292/",
        "http://[2001:db8::1]:9292",
    ],
)
def test_endpoints(url: str) -> None:
    assert addresses.endpoint_problem(url) == ""


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("glance:9292", "is not a URL"),
        ("ftp://glance", "is not a URL"),
        ("http://", "is not a URL"),
        ("http://a b", "is not a URL"),
        ("http://glance:92920", "is not a URL"),
        ("http://glance:x", "is not a URL"),
        ("http://[::1", "is not a URL"),
        ("http://glance:0", "port 0"),
        ("http://admin:hush@glance", "contains a user or a password"),
        ("http://glance?x=1", "query or a fragment"),
        ("http://172.17.0.810:9292", "invalid from some site on"),
        ("http://192.0.2:9292", "is not an IPv4 address"),
        ("http://-glance", "is not a host name"),
        ("http://gl<ance>", "contains a placeholder"),
        ("http://glance.{SITE}.example.com", "contains a placeholder"),
    ],
)
def test_endpoints_that_are_refused(url: str, text: str) -> None:
    problem = addresses.endpoint_problem(url)
    assert text in problem
    assert "hush" not in problem


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("192.0.2.1", ("192.0.2.1",)),
        ("192.0.2.1:6789,mon2", ("192.0.2.1", "mon2")),
        ("v2:192.0.2.1:3300/0, v1:192.0.2.2:6789/0", ("192.0.2.1", "192.0.2.2")),
        ("[v2:192.0.2.1:3300/0,v1:192.0.2.1:6789/0]", ("192.0.2.1",)),
        ("[v2:192.0.2.1:3300/0,v1:192.0.2.1:6789/0] [v2:192.0.2.2:3300/0]", ("192.0.2.1", "192.0.2.2")),
        ("[v2:192.0.2.1:3300],[v2:192.0.2.2:3300]", ("192.0.2.1", "192.0.2.2")),
        ("192.0.2.1 192.0.2.2", ("192.0.2.1", "192.0.2.2")),
        ("[2001:db8::1]:6789", ("2001:db8::1",)),
        ("[v2:[2001:DB8::1]:3300/0,v1:[2001:db8:0::1]:6789/0],Mon2.", ("2001:db8::1", "mon2")),
    ],
)
def test_monitors(text: str, hosts: tuple[str, ...]) -> None:
    assert addresses.mon_host_problem(text) == ""
    assert addresses.monitor_hosts(text) == hosts


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "names no monitor"),
        (" , ", "names no monitor"),
        ("192.0.2.1;192.0.2.2", "start of a comment"),
        ("192.0.2.256", "is not an IPv4 address"),
        ("192.0.2.1:70000", "has an invalid port"),
        ("192.0.2.1:mon", "is not an address"),
        ("[v2:192.0.2.1:3300", "is not an address"),
        ("<mon>", "contains a placeholder"),
        ("mon.{SITE}", "contains a placeholder"),
        ("http://mon", "is not an address"),
        ("[2001:db8::zz]:6789", "is not an IPv6 address"),
    ],
)
def test_monitors_that_are_refused(text: str, problem: str) -> None:
    assert problem in addresses.mon_host_problem(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1 192.0.2.2", "192.0.2.1,192.0.2.2"),
        ("192.0.2.1  ,192.0.2.2", "192.0.2.1  ,192.0.2.2"),
        ("[v2:192.0.2.1:3300] 192.0.2.2", "[v2:192.0.2.1:3300],192.0.2.2"),
        ("[v2:192.0.2.1:3300] [v2:192.0.2.2:3300]", "[v2:192.0.2.1:3300] [v2:192.0.2.2:3300]"),
    ],
)
def test_a_blank_between_plain_addresses_becomes_a_comma(text: str, written: str) -> None:
    assert addresses.mon_host_problem(text) == ""
    assert addresses.with_commas(text) == written


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a,b", "b, a", True),
        ("a,b", "A. b", True),
        ("[v2:192.0.2.1:3300/0,v1:192.0.2.1:6789/0]", "[v1:192.0.2.1:6789/0,v2:192.0.2.1:3300/0]", True),
        ("[v2:192.0.2.1:3300/0]", "[v2:192.0.2.1:3300]", True),
        ("[v2:[2001:db8::1]:3300],b", "b,[v2:[2001:DB8:0::1]:3300]", True),
        ("a,b", "a", False),
        ("a,b", "a,c", False),
        ("a:6789", "a:3300", False),
        ("[v2:192.0.2.1:3300,v1:192.0.2.1:6789]", "[v2:192.0.2.1:3300]", False),
        ("[v2:192.0.2.1:3300]", "[v1:192.0.2.1:3300]", False),
    ],
)
def test_monitors_are_compared_as_sets(one: str, other: str, same: bool) -> None:
    for pair in ((one, other), (other, one)):
        assert addresses.same_monitors(*pair) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://Glance.example:9292", "http://glance.EXAMPLE.:9292/", True),
        ("https://g", "https://g:443", True),
        ("http://g", "HTTP://g:80/", True),
        ("http://[2001:db8::1]:9292", "http://[2001:DB8:0:0::1]:9292", True),
        ("http://192.0.2.1:9292", "http://[::ffff:192.0.2.1]:9292", True),
        ("http://g/image", "http://g/image/V2", True),
        ("http://g/v2.9/", "http://g", True),
        ("http://g//image", "http://g/image", True),
        ("http://g", "https://g", False),
        ("http://g:9292", "http://g:9293", False),
        ("http://g/image", "http://g/Image", False),
        ("http://g1", "http://g2", False),
    ],
)
def test_spellings_of_one_endpoint(one: str, other: str, same: bool) -> None:
    assert (addresses.same_endpoint(one) == addresses.same_endpoint(other)) is same


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("localhost", "LOCALHOST.", "localhost.localdomain", "127.0.1.1", "::1", "[::1]")),
        *((host, True) for host in ("0.0.0.0", "::", "::ffff:127.0.0.1")),
        *((host, False) for host in ("192.0.2.1", "2001:db8::1", "localhost2", "mon1")),
    ],
)
def test_loopback_addresses(host: str, loopback: bool) -> None:
    assert addresses.is_loopback(host) is loopback
