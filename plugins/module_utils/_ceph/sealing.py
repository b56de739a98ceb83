# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypts cephx keys for one recipient host, so that nothing between two hosts can read them.

The method is RSA with OAEP and SHA-256, through the openssl program. Secrets pass only through its standard input
and output.
"""

from __future__ import annotations

import base64
import binascii
import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import SEALING_FAILED, TOOL_MISSING, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id, key_problem

BITS = 3072
_LEAST_BITS = 2048
_OVERHEAD = 66
#: Takes the place of the cluster in a sealed secret that is not a cephx key.
_SECRET = "secret"
_OAEP = (
    "-pkeyopt",
    "rsa_padding_mode:oaep",
    "-pkeyopt",
    "rsa_oaep_md:sha256",
    "-pkeyopt",
    "rsa_mgf1_md:sha256",
)


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
        return self.run("generate a key pair", ["genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{BITS}"])

    def public_key(self, private_path: str) -> str:
        return self.run(f"read {private_path}", ["pkey", "-in", private_path, "-pubout"]).decode("ascii")

    def rsa_modulus(self, public_key: str) -> int:
        """The modulus of an RSA public key in PEM. openssl refuses every other text."""
        shown = self.run("read the public key", ["rsa", "-pubin", "-noout", "-modulus"], public_key.encode("utf-8"))
        return int(shown.decode("ascii").strip().partition("=")[2], 16)

    def encrypt(self, public_key: str, data: bytes) -> bytes:
        # openssl reads the public key from a file only.
        with tempfile.NamedTemporaryFile("w", suffix=".pub") as pub:
            pub.write(public_key)
            pub.flush()
            return self.run("encrypt", ["pkeyutl", "-encrypt", "-pubin", "-inkey", pub.name, *_OAEP], data)

    def decrypt(self, private_path: str, data: bytes) -> bytes:
        return self.run("decrypt", ["pkeyutl", "-decrypt", "-inkey", private_path, *_OAEP], data)


@dataclass(frozen=True)
class PublicKey:
    """An RSA public key in PEM that openssl accepted, and its size in bits."""

    pem: str
    bits: int


def check_public_key(openssl: Openssl, text: str) -> PublicKey:
    """Read an RSA public key in PEM. Raises CephError when it is not one, or too small."""
    try:
        modulus = openssl.rsa_modulus(text)
    except CephError as error:
        if error.reason == TOOL_MISSING:
            raise
        raise CephError(
            SEALING_FAILED, "The public key is not an RSA public key in PEM, as dcn.glance.key_recipient returns it."
        ) from error
    if modulus.bit_length() < _LEAST_BITS:
        raise CephError(
            SEALING_FAILED, f"The public key has {modulus.bit_length()} bits, but at least {_LEAST_BITS} are required."
        )
    return PublicKey(text, modulus.bit_length())


def seal(openssl: Openssl, public_key: PublicKey, cluster: str, entity: str, key: str) -> str:
    """Encrypt ``key``, with its entity and cluster, for the holder of the private key. Returns base64."""
    data = json.dumps([cluster, entity, key], separators=(",", ":")).encode("utf-8")
    room = public_key.bits // 8 - _OVERHEAD
    if len(data) > room:
        raise CephError(
            SEALING_FAILED,
            f"The key of {entity} on {cluster} needs {len(data)} bytes, but a public key of {public_key.bits} bits "
            f"encrypts at most {room}.",
        )
    return base64.b64encode(openssl.encrypt(public_key.pem, data)).decode("ascii")


def unseal(openssl: Openssl, private_path: str, blob: str, cluster: str, entity: str, expected_id: str) -> str:
    """Decrypt ``blob`` and return the key, if it is the expected key of ``entity`` on ``cluster``."""
    where = f"the sealed key of {entity} on {cluster}"
    again = "Run dcn.glance.key_recipient and dcn.glance.ceph_client again."
    found = _decrypted(openssl, private_path, blob, where, again)
    if found[:2] != [cluster, entity]:
        raise CephError(SEALING_FAILED, f"{where[0].upper()}{where[1:]} holds the key of another client or cluster.")
    key = str(found[2])
    problem = key_problem(key)
    if problem:
        raise CephError(SEALING_FAILED, f"In {where}: {problem}.")
    if key_id(key) != expected_id:
        raise CephError(SEALING_FAILED, f"{where[0].upper()}{where[1:]} is not the key with the id {expected_id}.")
    return key


def seal_secret(openssl: Openssl, public_key: PublicKey, name: str, secret: str) -> str:
    """Encrypt a secret that is not a cephx key, such as a password, with its name. Returns base64."""
    return seal(openssl, public_key, _SECRET, name, secret)


def unseal_secret(openssl: Openssl, private_path: str, blob: str, name: str) -> str:
    """Decrypt what ``seal_secret`` returned for this name."""
    where = f"the sealed secret {name}"
    found = _decrypted(
        openssl, private_path, blob, where, "Run dcn.glance.key_recipient and dcn.glance.secret_file again."
    )
    if found[:2] != [_SECRET, name]:
        raise CephError(SEALING_FAILED, f"{where[0].upper()}{where[1:]} holds another secret.")
    return str(found[2])


def _decrypted(openssl: Openssl, private_path: str, blob: str, where: str, again: str) -> list[object]:
    """The three parts of a sealed secret. ``where`` names it in errors, ``again`` says how to get a new one."""
    try:
        with open(private_path, "rb"):
            pass
    except FileNotFoundError:
        raise CephError(
            SEALING_FAILED,
            f"{private_path} does not exist, so {where} cannot be decrypted: run dcn.glance.key_recipient again.",
        ) from None
    except OSError as error:
        raise CephError(
            SEALING_FAILED, f"This user cannot read {private_path}, so {where} cannot be decrypted: {error.strerror}."
        ) from error
    try:
        data = base64.b64decode(blob.encode("ascii"), validate=True)
        found = json.loads(openssl.decrypt(private_path, data).decode("utf-8"))
    except (ValueError, binascii.Error, CephError) as error:
        if isinstance(error, CephError) and error.reason == TOOL_MISSING:
            raise
        raise CephError(
            SEALING_FAILED,
            f"{where[0].upper()}{where[1:]} cannot be decrypted with {private_path}: it was encrypted for another host "
            f"or before this host restarted. {again}",
        ) from None
    if not (isinstance(found, list) and len(found) == 3):
        raise CephError(SEALING_FAILED, f"{where[0].upper()}{where[1:]} does not hold a secret.")
    return found
