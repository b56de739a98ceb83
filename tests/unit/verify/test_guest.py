# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk of the test guest: a boot sector with a partition table. tests/lab boots it."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._verify import guest


def test_the_disk_is_a_boot_sector_and_zeros() -> None:
    disk = guest.boot_disk()
    assert len(disk) == 2**20
    assert disk[510:512] == b"\x55\xaa", "the firmware starts nothing else"
    assert not any(disk[512:])


def test_there_is_one_partition_within_the_disk() -> None:
    entry = guest.boot_disk(2**16)[guest.PARTITION_AT : guest.PARTITION_AT + 16]
    assert (entry[0], entry[4]) == (0x80, 0x83)
    first, sectors = int.from_bytes(entry[8:12], "little"), int.from_bytes(entry[12:16], "little")
    assert (first, first + sectors) == (1, 2**16 // 512)
    assert not any(guest.boot_disk()[guest.PARTITION_AT + 16 : 510]), "three empty entries"


def test_code_and_text_end_before_the_partition_table() -> None:
    sector = guest.boot_disk()[:512]
    for line in (guest.STARTED, guest.WROTE, guest.REFUSED):
        assert 0 < sector.index(line.encode() + b"\r\n\0") + len(line) + 3 <= guest.PARTITION_AT


def test_addresses_lead_to_the_text() -> None:
    """``mov si, ADDRESS`` before each call names the text in memory."""
    sector = guest.boot_disk()[:512]
    named = [int.from_bytes(sector[at + 1 : at + 3], "little") for at in range(80) if sector[at] == 0xBE]
    texts = [sector[address - guest.ORIGIN :].split(b"\r")[0].decode() for address in named]
    assert texts == [guest.STARTED, guest.REFUSED, guest.WROTE]
