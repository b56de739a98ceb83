# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk format of a file by its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# The bytes from the start of a file that identify its format: the signature of ISO 9660 is at 32769.
HEAD_SIZE = 32774
_SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("qcow2", 0, b"QFI\xfb"),
    ("qed", 0, b"QED\0"),
    ("vmdk", 0, b"KDMV"),
    ("vmdk", 0, b"COWD"),
    ("vmdk", 0, b"# Disk DescriptorFile"),
    ("vhdx", 0, b"vhdxfile"),
    ("vhd", 0, b"conectix"),
    ("vdi", 64, b"\x7f\x10\xda\xbe"),
    ("luks", 0, b"LUKS\xba\xbe"),
    ("iso", 32769, b"CD001"),
)
_COMPRESSED: tuple[tuple[str, bytes], ...] = (
    ("gzip", b"\x1f\x8b"),
    ("xz", b"\xfd7zXZ\0"),
    ("bzip2", b"BZh"),
    ("zstd", b"\x28\xb5\x2f\xfd"),
    ("zip", b"PK\x03\x04"),
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CHECKED = frozenset(item[0] for item in _SIGNATURES if item[0] not in ("luks", "qed", "iso"))


@dataclass(frozen=True)
class Source:
    """A file on the host, or the data of a URL: its size in bytes and its first bytes.

    ``error`` says why it cannot be read, ``missing`` what a truncated file lacks; ``digests`` are by algorithm.
    """

    path: str
    size: int = 0
    head: bytes = b""
    error: str = ""
    missing: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)


def detect(head: bytes) -> str:
    """The disk format by its signature; empty for raw and other formats without a signature."""
    for name, offset, signature in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return name
    return ""


def compression(head: bytes) -> str:
    """The compression by its signature; empty for none."""
    return next((name for name, signature in _COMPRESSED if head.startswith(signature)), "")


def document(head: bytes) -> str:
    """The kind of document that a server returns instead of an image: an HTML page, an XML document; else empty."""
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")) or (text.startswith(b"<?xml") and b"<html" in text):
        return "an HTML page"
    return "an XML document" if text.startswith(b"<?xml") else ""


def problem(source: Source, disk_format: str, container_format: str = "bare") -> str:
    """Why the file cannot be imported as this format; empty when it can.

    In another container format than bare, the data do not start with the disk.
    """
    if source.error:
        return f"{source.path} cannot be read: {source.error}"
    if not source.size:
        return f"{source.path} is empty"
    if document(source.head):
        return (
            f"{source.path} is {document(source.head)}, not a disk image; the server that it comes from may have"
            " returned an error page or a login page"
        )
    if container_format != "bare":
        return ""
    found = detect(source.head)
    if disk_format == "raw" and found in _CHECKED:
        return (
            f"{source.path} is a {found} file, but disk_format is raw; set disk_format to {found}"
            " (Glance converts it to raw if the import plugin image_conversion is enabled)"
        )
    if disk_format in _CHECKED and found != disk_format and not compression(source.head):
        if disk_format == "vhd" and not found:
            return ""  # a fixed vhd has its signature at the end
        content = f"is a {found} file" if found else "has no signature of a known format (it may be raw)"
        return f"{source.path} {content}, but disk_format is {disk_format}"
    if source.missing:
        return (
            f"{source.path} is incomplete: it has {source.size} bytes, and {source.missing} is missing;"
            " copy or download it again"
        )
    return ""


def warning(source: Source) -> str:
    """What is unusual about the file and may still be intended; empty for nothing."""
    packed = compression(source.head)
    if packed:
        return (
            f"{source.path} is compressed ({packed}); instances can only use it"
            " if the import plugin image_decompression is enabled"
        )
    return ""
