# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create certificates, keys and kubeconfigs of the one-node Kubernetes that are missing, expired or outdated.

Standard input is JSON: {directory, server (URL), names, addresses, clients: {file: {name, groups}}}.
Prints the path of each file that it writes.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import os
import sys
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
DAYS = 3650
PRIVATE = 0o600


def write(path: Path, data: bytes) -> None:
    """Replace a file at once. Other users cannot read it at any time."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as stream:
        stream.write(data)
    new.replace(path)
    print(path)


def private_pem(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def subject(name: str, groups: list[str]) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def builder(name: x509.Name, issuer: x509.Name, key) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(hours=1))
        .not_valid_after(NOW + datetime.timedelta(days=DAYS))
    )


class Authority:
    """The certificate authority of the cluster, which signs all certificates."""

    def __init__(self, directory: Path) -> None:
        cert, key = directory / "ca.crt", directory / "ca.key"
        if not (cert.exists() and key.exists()):
            self._create(cert, key)
        self.pem = cert.read_bytes()
        self.cert = x509.load_pem_x509_certificate(self.pem)
        self._key = serialization.load_pem_private_key(key.read_bytes(), None)

    @staticmethod
    def _create(cert: Path, key: Path) -> None:
        private = ec.generate_private_key(ec.SECP256R1())
        name = subject("dcn-glance-kube authority", [])
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        made = builder(name, name, private).add_extension(x509.BasicConstraints(True, None), True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False)
        made = made.add_extension(usage, True).sign(private, hashes.SHA256())
        write(key, private_pem(private))
        write(cert, made.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: x509.Name, names: list) -> tuple[bytes, bytes]:
        """A certificate for a server and a client, and its key."""
        private = ec.generate_private_key(ec.SECP256R1())
        made = builder(name, self.cert.subject, private)
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        made = made.add_extension(x509.ExtendedKeyUsage(usages), False)
        # Python 3.13 rejects a certificate without the key of its issuer.
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(issuer, False)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), False)
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), private_pem(private)

    def fits(self, pem: bytes, name: x509.Name, names: list) -> bool:
        """Whether a certificate is as `issue` would create it."""
        cert = x509.load_pem_x509_certificate(pem)
        try:
            self.cert.public_key().verify(
                cert.signature, cert.tbs_certificate_bytes, ec.ECDSA(cert.signature_hash_algorithm)
            )
            has = list(cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
        except InvalidSignature:
            return False
        except x509.ExtensionNotFound:
            has = []
        return cert.subject == name and has == names and cert.not_valid_after > NOW + datetime.timedelta(days=30)


def ensure_pair(ca: Authority, directory: Path, base: str, name: x509.Name, names: list) -> None:
    cert, key = directory / f"{base}.crt", directory / f"{base}.key"
    if cert.exists() and key.exists() and ca.fits(cert.read_bytes(), name, names):
        return
    made, private = ca.issue(name, names)
    write(key, private)
    write(cert, made)


def ensure_kubeconfig(ca: Authority, path: Path, server: str, cert: Path, key: Path) -> None:
    def encoded(data: bytes) -> str:
        return base64.b64encode(data).decode()

    name = "dcn-glance-kube"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": encoded(ca.pem)}}],
        "users": [
            {
                "name": name,
                "user": {
                    "client-certificate-data": encoded(cert.read_bytes()),
                    "client-key-data": encoded(key.read_bytes()),
                },
            }
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    data = (json.dumps(config, indent=2) + "\n").encode()
    if not path.exists() or path.read_bytes() != data:
        write(path, data)


def ensure_account_keys(directory: Path) -> None:
    """Create the key pair that signs and verifies the tokens of service accounts."""
    private, public = directory / "sa.key", directory / "sa.pub"
    if private.exists() and public.exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    write(private, private_pem(key))
    write(
        public,
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    )


def main() -> None:
    plan = json.load(sys.stdin)
    base = Path(plan["directory"])
    pki = base / "pki"
    pki.mkdir(mode=0o700, exist_ok=True)
    ca = Authority(pki)
    names = [x509.DNSName(name) for name in plan["names"]]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in plan["addresses"]]
    ensure_pair(ca, pki, "server", subject("dcn-glance-kube", []), names)
    for file, client in plan["clients"].items():
        ensure_pair(ca, pki, file, subject(client["name"], client["groups"]), [])
        target = base / f"{file}.kubeconfig" if file == "admin" else base / "etc" / f"{file}.kubeconfig"
        ensure_kubeconfig(ca, target, plan["server"], pki / f"{file}.crt", pki / f"{file}.key")
    ensure_account_keys(pki)


if __name__ == "__main__":
    main()
