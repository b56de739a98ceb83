# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import (
    HEAD_SIZE,
    Source,
    compression,
    detect,
    problem,
    warning,
)

ISO = b"\0" * 32769 + b"CD001"
VDI = b"<<< Oracle VM VirtualBox Disk Image >>>".ljust(64, b"\0") + b"\x7f\x10\xda\xbe"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"QFI\xfb\0\0\0\3", "qcow2"),
        (b"KDMV....", "vmdk"),
        (b"# Disk DescriptorFile\nversion=1", "vmdk"),
        (b"vhdxfile", "vhdx"),
        (b"conectix", "vhd"),
        (VDI, "vdi"),
        (ISO, "iso"),
        (b"LUKS\xba\xbe\0\2", "luks"),
        (b"\xeb\x63\x90", ""),
        (b"", ""),
    ],
)
def test_detect(head, name):
    assert detect(head) == name
    assert len(head) <= HEAD_SIZE


@pytest.mark.parametrize(
    ("head", "declared", "wrong"),
    [
        (b"QFI\xfb", "qcow2", False),
        (b"QFI\xfb", "raw", True),
        (b"KDMV", "raw", True),
        (ISO, "raw", False),
        (ISO, "iso", False),
        (b"\0\0\0\0", "raw", False),
        (b"\0\0\0\0", "qcow2", True),
        (b"\0\0\0\0", "vhd", False),
        (b"QFI\xfb", "vhd", True),
        (b"\0\0\0\0", "ami", False),
        (b"\x1f\x8b\0\0", "qcow2", False),
        (b"LUKS\xba\xbe", "raw", False),
        (b"<!doctype HTML><p>", "raw", True),
        (b"  <html lang=en>", "iso", True),
        (b"<?xml version='1.0'?><a/>", "raw", True),
        (b"text <html>", "raw", False),
    ],
)
def test_problem(head, declared, wrong):
    assert bool(problem(Source("/i", len(head), head), declared)) is wrong


@pytest.mark.parametrize(
    ("head", "name"),
    [(b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\0", "xz"), (b"BZh9", "bzip2"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"x", "")],
)
def test_compression(head, name):
    assert compression(head) == name
    assert bool(warning(Source("/i", 9, head))) == bool(name)
