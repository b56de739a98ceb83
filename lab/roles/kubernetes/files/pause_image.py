# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the pause image, whose container holds the namespaces of a pod: pause_image.py NAME >archive

The archive has the format of `podman save`. Its program only sleeps and consists of a few instructions, so neither
a compiler nor a registry is needed.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import struct
import sys
import tarfile

BASE, HEADERS = 0x400000, 64 + 56
# Machine number of ELF, architecture in images, and a loop around the system call pause (x86-64) or ppoll (AArch64).
MACHINES = {
    "x86_64": (62, "amd64", bytes.fromhex("b8220000000f05ebf7")),
    "aarch64": (
        183,
        "arm64",
        # x0 to x4 = 0: no descriptors, no timeout, no mask; x8 = 73; svc 0; again
        bytes.fromhex("000080d2 010080d2 020080d2 030080d2 040080d2 280980d2 010000d4 f9ffff17"),
    ),
}


def program(machine: int, code: bytes) -> bytes:
    """A static ELF executable of one segment."""
    size = HEADERS + len(code)
    header = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, BASE + HEADERS, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, BASE, BASE, size, size, 0x1000)
    return header + segment + code


def archive(files: dict[str, tuple[bytes, int]]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, (data, mode) in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), mode
            tar.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def image(name: str, machine: str) -> bytes:
    number, architecture, code = MACHINES[machine]
    layer = archive({"pause": (program(number, code), 0o755)})
    config = json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
            "config": {"Entrypoint": ["/pause"], "User": "65535:65535"},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        }
    ).encode()
    config_name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = [{"Config": config_name, "RepoTags": [name], "Layers": ["layer.tar"]}]
    return archive(
        {
            config_name: (config, 0o644),
            "layer.tar": (layer, 0o644),
            "manifest.json": (json.dumps(manifest).encode(), 0o644),
        }
    )


def main() -> None:
    machine = platform.machine()
    if machine not in MACHINES:
        sys.exit(f"There is a pause image for {' and '.join(MACHINES)} only, not for {machine}.")
    sys.stdout.buffer.write(image(sys.argv[1], machine))


if __name__ == "__main__":
    main()
