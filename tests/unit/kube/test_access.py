# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the access to a Kubernetes API comes from."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

pytest.importorskip("kubernetes")

from kubernetes import config  # noqa: E402
from kubernetes.config import incluster_config  # noqa: E402

from ansible_collections.dcn.glance.plugins.module_utils._kube.access import (  # noqa: E402
    configuration,
    given_options,
    impersonation,
)


def kubeconfig(*names: str) -> dict[str, t.Any]:
    """A kubeconfig with one context, cluster and user per name; the first one is current."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": names[0],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in names],
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example.com:6443"}} for name in names],
        "users": [{"name": name, "user": {"token": f"token-of-{name}"}} for name in names],
    }


def written(path: Path, *names: str) -> str:
    path.write_text(yaml.safe_dump(kubeconfig(*names)))
    return str(path)


@pytest.fixture(autouse=True)
def default_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The kubeconfig that is used without options; and no account of a pod."""
    path = written(tmp_path / "default", "default")
    monkeypatch.setattr(config.kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", path)
    monkeypatch.delenv(incluster_config.SERVICE_HOST_ENV_NAME, raising=False)
    return path


def host_and_token(found: t.Any) -> tuple[str, str]:
    """As they are sent: a kubeconfig can renew its token when a request needs it."""
    return found.host, found.auth_settings()["BearerToken"]["value"]


@pytest.mark.parametrize(
    "params, environment, expected",
    [
        ({"host": "a", "context": None}, {}, {"host": "a"}),
        ({}, {"K8S_AUTH_HOST": "b"}, {"host": "b"}),
        ({"host": "a"}, {"K8S_AUTH_HOST": "b"}, {"host": "a"}),
        ({}, {"K8S_AUTH_HOST": ""}, {}),
        ({}, {"K8S_AUTH_SSL_CA_CERT": "/ca"}, {"ca_cert": "/ca"}),
        ({}, {"K8S_AUTH_CA_CERT": "/a", "K8S_AUTH_SSL_CA_CERT": "/b"}, {"ca_cert": "/a"}),
        ({}, {"K8S_AUTH_VERIFY_SSL": "False"}, {"validate_certs": False}),
        ({}, {"K8S_AUTH_VALIDATE_CERTS": "yes"}, {"validate_certs": True}),
        ({"validate_certs": False}, {"K8S_AUTH_VALIDATE_CERTS": "yes"}, {"validate_certs": False}),
        ({}, {"K8S_AUTH_IMPERSONATE_GROUPS": "a,,b"}, {"impersonate_groups": ["a", "b"]}),
        ({}, {"K8S_AUTH_PROXY_HEADERS_USER_AGENT": "me"}, {"proxy_headers": {"user_agent": "me"}}),
    ],
)
def test_options_come_from_the_task_or_the_environment(
    params: dict[str, t.Any], environment: dict[str, str], expected: dict[str, t.Any]
) -> None:
    assert given_options(params, environment) == expected


@pytest.mark.parametrize("form", ["file", "mapping"])
def test_a_kubeconfig_and_its_context(tmp_path: Path, form: str) -> None:
    given = kubeconfig("one", "two") if form == "mapping" else written(tmp_path / "given", "one", "two")
    found = configuration({"kubeconfig": given})
    assert host_and_token(found) == ("https://one.example.com:6443", "Bearer token-of-one")
    assert host_and_token(configuration({"kubeconfig": given, "api_key": "mine"}))[1] == "Bearer mine"
    found = configuration({"kubeconfig": given, "context": "two"})
    assert host_and_token(found) == ("https://two.example.com:6443", "Bearer token-of-two")
    with pytest.raises(config.ConfigException, match="three"):
        configuration({"kubeconfig": given, "context": "three"})


def test_the_default_kubeconfig_and_what_the_options_replace(default_file: str) -> None:
    found = configuration({})
    assert host_and_token(found) == ("https://default.example.com:6443", "Bearer token-of-default")
    assert found.verify_ssl is True and found.proxy is None
    found = configuration({"host": "https://other:6443/", "validate_certs": False, "proxy": "http://proxy:3128"})
    assert host_and_token(found) == ("https://other:6443", "Bearer token-of-default")
    assert found.verify_ssl is False and found.proxy == "http://proxy:3128"


@pytest.mark.parametrize(
    "options",
    [
        {"api_key": "secret"},
        {"username": "me", "password": "secret"},
        {"client_cert": "/cert", "client_key": "/key"},
    ],
    ids=["token", "password", "certificate"],
)
def test_complete_options_need_no_kubeconfig(default_file: str, options: dict[str, str]) -> None:
    Path(default_file).unlink()
    found = configuration({"host": "https://api:6443", "ca_cert": "/ca", **options})
    assert (found.host, found.ssl_ca_cert) == ("https://api:6443", "/ca")
    assert found.api_key == ({"authorization": "Bearer secret"} if "api_key" in options else {})
    assert (found.cert_file, found.key_file) == (options.get("client_cert"), options.get("client_key"))
    with pytest.raises(config.ConfigException):
        configuration(options)


def test_the_account_of_a_pod_comes_before_the_default_kubeconfig(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("token-of-pod")
    (tmp_path / "ca").write_text("certificate")
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(tmp_path / "ca"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    found = configuration({})
    assert host_and_token(found) == ("https://10.0.0.1:443", "bearer token-of-pod")
    given = written(tmp_path / "given", "one")
    assert configuration({"kubeconfig": given}).host == "https://one.example.com:6443"


def test_nothing_of_one_configuration_is_in_the_next(tmp_path: Path) -> None:
    configuration({"kubeconfig": written(tmp_path / "given", "one"), "validate_certs": False, "proxy": "http://proxy"})
    found = configuration({"host": "https://api", "api_key": "x"})
    assert host_and_token(found) == ("https://api", "Bearer x")
    assert found.verify_ssl is True and found.proxy is None and found.ssl_ca_cert is None


def test_proxy_headers_and_impersonation() -> None:
    options = {"host": "https://api", "api_key": "x", "proxy_headers": {"proxy_basic_auth": "me:secret"}}
    assert configuration(options).proxy_headers == {"proxy-authorization": "Basic bWU6c2VjcmV0"}
    assert impersonation({"impersonate_user": "me", "impersonate_groups": ["a", "b"]}) == {
        "Impersonate-User": "me",
        "Impersonate-Group": ["a", "b"],
    }
    assert impersonation({"impersonate_groups": []}) == {}
