# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cephx keys on their way between two hosts: encrypted for one recipient, so that nothing between can read them.

RSA with OAEP and SHA-256, by the openssl program. Secrets go through its standard input and output only.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import SEALING_FAILED, TOOL_MISSING, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id, key_problem

BITS = 3072
_LEAST_BITS = 2048
_OVERHEAD = 66
_OAEP = (
    "-pkeyopt",
    "rsa_padding_mode:oaep",
    "-pkeyopt",
    "rsa_oaep_md:sha256",
    "-pkeyopt",
    "rsa_mgf1_md:sha256",
)
_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"


class Openssl:
    """The openssl program."""

    def __init__(self, binary: str | None, timeout: float = 60) -> None:
        if not binary:
            raise CephError(
                TOOL_MISSING,
                "The program openssl, which encrypts cephx keys between hosts, is not installed on this host: "
                "install the package openssl.",
            )
        self._binary = binary
        self._timeout = timeout

    def run(self, what: str, arguments: Sequence[str], data: bytes = b"") -> bytes:
        try:
            done = subprocess.run(
                [self._binary, *arguments], input=data, capture_output=True, timeout=self._timeout, check=False
            )
        except OSError as error:
            raise CephError(TOOL_MISSING, f"{self._binary} cannot be run: {error}.") from error
        except subprocess.TimeoutExpired as error:
            raise CephError(SEALING_FAILED, f"openssl did not {what} within {self._timeout:g} seconds.") from error
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise CephError(SEALING_FAILED, f"openssl could not {what}: {reason[0] if reason else 'no reason given'}.")
        return done.stdout

    def new_private_key(self) -> bytes:
        return self.run("make a key pair", ["genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{BITS}"])

    def public_key(self, private_path: str) -> str:
        return self.run(f"read {private_path}", ["pkey", "-in", private_path, "-pubout"]).decode("ascii")

    def encrypt(self, public_key: str, data: bytes) -> bytes:
        # openssl takes the recipient's key from a file only; it is a public one.
        with tempfile.NamedTemporaryFile("w", suffix=".pub") as pub:
            pub.write(public_key)
            pub.flush()
            return self.run("encrypt", ["pkeyutl", "-encrypt", "-pubin", "-inkey", pub.name, *_OAEP], data)

    def decrypt(self, private_path: str, data: bytes) -> bytes:
        return self.run("decrypt", ["pkeyutl", "-decrypt", "-inkey", private_path, *_OAEP], data)


def _der_item(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """(start, end) of the content of one DER item with ``tag``."""
    if data[at] != tag:
        raise ValueError("unexpected item")
    length, at = data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    if at + length > len(data):
        raise ValueError("cut short")
    return at, at + length


def public_key_bits(public_key: str) -> int:
    """The size of an RSA public key in PEM; CephError when it is none."""
    text = public_key.strip()
    try:
        if not (text.startswith(_BEGIN) and text.endswith(_END)):
            raise ValueError("no PEM")
        data = base64.b64decode("".join(text[len(_BEGIN) : -len(_END)].split()), validate=True)
        at, _end = _der_item(data, 0, 0x30)
        _start, at = _der_item(data, at, 0x30)
        at, _end = _der_item(data, at, 0x03)
        at, _end = _der_item(data, at + 1, 0x30)
        start, end = _der_item(data, at, 0x02)
    except (ValueError, IndexError, binascii.Error) as error:
        raise CephError(
            SEALING_FAILED, "The public key is not an RSA public key in PEM, as dcn.glance.key_recipient returns it."
        ) from error
    return int.from_bytes(data[start:end], "big").bit_length()


def seal(openssl: Openssl, public_key: str, cluster: str, entity: str, key: str) -> str:
    """``key`` for the holder of ``public_key`` only, bound to its entity and cluster."""
    bits = public_key_bits(public_key)
    if bits < _LEAST_BITS:
        raise CephError(SEALING_FAILED, f"The public key has {bits} bits, and {_LEAST_BITS} is the least.")
    data = json.dumps([cluster, entity, key], separators=(",", ":")).encode("utf-8")
    room = bits // 8 - _OVERHEAD
    if len(data) > room:
        raise CephError(
            SEALING_FAILED,
            f"The key of {entity} on {cluster} needs {len(data)} bytes, and a public key of {bits} bits holds {room}.",
        )
    return base64.b64encode(openssl.encrypt(public_key, data)).decode("ascii")


def unseal(openssl: Openssl, private_path: str, blob: str, cluster: str, entity: str, wanted_id: str) -> str:
    """The key in ``blob``, once it is known to be the one of ``entity`` on ``cluster``."""
    where = f"the sealed key of {entity} on {cluster}"
    if not os.path.exists(private_path):
        raise CephError(
            SEALING_FAILED, f"{private_path} is gone, so {where} cannot be opened: run dcn.glance.key_recipient again."
        )
    try:
        data = base64.b64decode(blob.encode("ascii"), validate=True)
        found = json.loads(openssl.decrypt(private_path, data).decode("utf-8"))
    except (ValueError, binascii.Error, CephError) as error:
        if isinstance(error, CephError) and error.reason == TOOL_MISSING:
            raise
        raise CephError(
            SEALING_FAILED,
            f"{where[0].upper()}{where[1:]} cannot be opened with {private_path}: it was made for another host, or "
            "before this host started again. Run dcn.glance.key_recipient and dcn.glance.ceph_client again.",
        ) from None
    if not (isinstance(found, list) and len(found) == 3 and found[:2] == [cluster, entity]):
        raise CephError(SEALING_FAILED, f"{where[0].upper()}{where[1:]} holds the key of something else.")
    key = str(found[2])
    problem = key_problem(key)
    if problem:
        raise CephError(SEALING_FAILED, f"In {where}: {problem}.")
    if key_id(key) != wanted_id:
        raise CephError(SEALING_FAILED, f"{where[0].upper()}{where[1:]} is not the key with the id {wanted_id}.")
    return key
