# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk format of a file by its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# The bytes from the start of a file that identify its format: the signature of ISO 9660 is at 32769.
HEAD_SIZE = 32774
_VMDK_DESCRIPTOR, _VHD_FOOTER = b"# Disk DescriptorFile", b"conectix"
_SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("qcow2", 0, b"QFI\xfb"),
    ("qed", 0, b"QED\0"),
    ("vmdk", 0, b"KDMV"),
    ("vmdk", 0, b"COWD"),
    ("vmdk", 0, _VMDK_DESCRIPTOR),
    ("vhdx", 0, b"vhdxfile"),
    ("vhd", 0, _VHD_FOOTER),
    ("vdi", 64, b"\x7f\x10\xda\xbe"),
    ("luks", 0, b"LUKS\xba\xbe"),
    ("iso", 32769, b"CD001"),
)
_COMPRESSED: tuple[tuple[str, bytes], ...] = (
    ("gzip", b"\x1f\x8b"),
    ("xz", b"\xfd7zXZ\0"),
    ("bzip2", b"BZh"),
    ("zstd", b"\x28\xb5\x2f\xfd"),
    ("lz4", b"\x04\x22\x4d\x18"),
    ("zip", b"PK\x03\x04"),
)
# What the import plugin image_decompression can decompress: it also knows zip, but fails to replace the file.
_DECOMPRESSED = "gzip"
#: The container format of images that stay compressed.
COMPRESSED = "compressed"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CHECKED = frozenset(item[0] for item in _SIGNATURES if item[0] not in ("luks", "qed", "iso"))


@dataclass(frozen=True)
class Source:
    """A file on the host, or the data of a URL: its size in bytes and its first bytes.

    ``error`` says why it cannot be read, ``missing`` what a truncated file lacks; ``digests`` are by algorithm.
    ``content`` is the format, of a gzip file the format of what it contains; empty where it is not known, as for other
    compressed files and for URLs. ``unpacked`` is the size of the content of a gzip file, ``virtual_size`` the size of
    the disk. ``footer`` is the last sector, None where it was not read.
    """

    path: str
    size: int = 0
    head: bytes = b""
    error: str = ""
    missing: str = ""
    content: str = ""
    unpacked: int | None = None
    virtual_size: int | None = None
    footer: bytes | None = None
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
    if container_format not in ("bare", COMPRESSED):
        return ""
    wrong = _wrong_packing(source, container_format)
    if not wrong and container_format == "bare":
        wrong = _wrong_format(source, disk_format)
    if not wrong and source.missing:
        wrong = f"is incomplete: it has {source.size} bytes, and {source.missing} is missing; copy or download it again"
    return f"{source.path} {wrong}" if wrong else ""


def _wrong_packing(source: Source, container_format: str) -> str:
    """Why Glance cannot use a file that is compressed, or not compressed, in this container format."""
    packed = compression(source.head)
    if container_format == COMPRESSED:
        return "" if packed else "is not compressed, but container_format is compressed; set it to bare"
    if packed and packed != _DECOMPRESSED:
        return (
            f"is compressed ({packed}), and Glance's import plugin image_decompression can only decompress"
            f" {_DECOMPRESSED}; decompress the file before the import"
        )
    return ""


def _wrong_format(source: Source, disk_format: str) -> str:
    """How the content differs from the declared format; empty where the content does not show it."""
    packed = compression(source.head)
    if packed and not source.content:
        return ""
    content = source.content if packed else detect(source.head)
    found = "" if content == "raw" else content
    if disk_format == "raw" and found in _CHECKED:
        return (
            f"{_is_a(found, packed)}, but disk_format is raw; set disk_format to {found}"
            " (Glance converts it to raw if the import plugin image_conversion is enabled)"
        )
    if disk_format == "vhd" and not found and not packed:  # a fixed vhd has its signature at the end
        return "" if source.footer is None or source.footer.startswith(_VHD_FOOTER) else "has no vhd footer at its end"
    if disk_format in _CHECKED and found != disk_format:
        known = _is_a(found, packed) if found else "has no signature of a known format (it may be raw)"
        return f"{known}, but disk_format is {disk_format}"
    if source.head.startswith(_VMDK_DESCRIPTOR):
        return "is only the description of a vmdk, and its data are in other files; convert it with qemu-img convert"
    return ""


def _is_a(found: str, packed: str) -> str:
    return f"contains a {found} file" if packed else f"is a {found} file"


def warning(source: Source, container_format: str = "bare") -> str:
    """What is unusual about the file and may still be intended; empty for nothing."""
    packed = compression(source.head)
    if packed and container_format != COMPRESSED:
        return (
            f"{source.path} is compressed ({packed}); this API needs the import plugin image_decompression"
            " (in image_import_plugins, before image_conversion)"
        )
    return ""


def size_in_store(source: Source, disk_format: str) -> int | None:
    """The size of the stored image if Glance converts it to raw; None if it is not known before the import."""
    if disk_format == "raw":
        return source.size if not compression(source.head) else source.unpacked
    return source.virtual_size
