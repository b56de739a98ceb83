# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masked configuration files and module arguments."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document

SECRET = """
password admin_password swift_store_key s3_store_access_key s3_store_secret_key transport_url connection
slave_connection memcache_secret_key cinder_store_password vmware_server_password metadata_proxy_shared_secret
token root_token_id connection_string swift_store_application_credential_secret Password
"""
PLAIN = """
rbd_secret_uuid connection_recycle_time max_retries service_token_roles service_token_roles_required token_cache_time
enabled_backends rbd_store_user keyring connection_debug key_file keystone region_name key_id
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_secret_names(name: str) -> None:
    assert redact.is_secret(name)


@pytest.mark.parametrize("name", PLAIN.split())
def test_plain_names(name: str) -> None:
    assert not redact.is_secret(name)
    assert redact.is_secret(name, [name.upper()])


def test_lines_are_masked_one_by_one() -> None:
    data = (
        b"[a]\npassword = s1\npassword: s2\n  s3\nplain = p\n  more\n#connection = s4\n# password = s5\n;token=s6\n"
        b"#transport_url = rabbit://\n#password = <None>\n#password =\n# The password is written like this: x\n"
        b"url = http://u:s7@h/x\nname with password = s8\nmine = s9\n\nsecret=\n"
    )
    assert redact.mask_lines(Document.parse(data).lines, ["mine"]) == [
        "[a]",
        "password = ********",
        "password: ********",
        "  ********",
        "plain = p",
        "  more",
        "#connection = ********",
        "# password = ********",
        ";token=********",
        "#transport_url = ********",
        "#password = <None>",
        "#password =",
        "# The password is written like this: x",
        "url = http://u:********@h/x",
        "name with password = ********",
        "mine = ********",
        "",
        "secret=",
    ]


def test_marks_show_that_a_hidden_value_changes() -> None:
    lines = Document.parse(b"[A]\nPassword = x\n[b]\npassword = x\n").lines
    assert redact.mask_lines(lines, (), {("a", "password"): "(new)"}) == [
        "[A]",
        "Password = ******** (new)",
        "[b]",
        "password = ********",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mysql+pymysql://glance:pw@db/glance", "mysql+pymysql://glance:********@db/glance"),
        ("rabbit://a:pw1@h1:5672,b:pw2@h2:5672/", "rabbit://a:********@h2:5672/"),
        ("redis://:p@w@h", "redis://:********@h"),
        ("http://h:9292/a@b", "http://h:9292/a@b"),
        ("http://user@h/", "http://user@h/"),
    ],
)
def test_passwords_in_urls(text: str, shown: str) -> None:
    assert redact.mask_value("some_url", text) == shown


def test_module_arguments() -> None:
    params = {
        "path": "/x",
        "secret_options": ["mine"],
        "options": [
            {"section": "s", "option": "password", "value": "s1", "values": None},
            {"section": "s", "option": "mine", "value": None, "values": ["s2", "s3"]},
            {"section": "s", "option": "plain", "value": "p", "values": None},
            {"section": "s", "option": "connection", "value": True, "values": None},
        ],
        "stores": [{"id": "x", "options": {"swift_store_key": "s4", "swift_store_user": "u", "k": ["http://u:s5@h"]}}],
    }
    shown = redact.mask_params(params, ["mine"])
    assert shown["options"][0] == {"section": "s", "option": "password", "value": "********", "values": None}
    assert shown["options"][1]["values"] == ["********", "********"]
    assert shown["options"][2]["value"] == "p"
    assert shown["stores"][0]["options"] == {
        "swift_store_key": "********",
        "swift_store_user": "u",
        "k": ["http://u:********@h"],
    }
    assert shown["secret_options"] == ["mine"]
    assert redact.secret_params(params, ["mine"]) == {"s1", "s2", "s3", "s4", "s5"}


def test_secret_values_of_a_file() -> None:
    data = b"[a]\npassword = 'long one'\n  second\nplain = x\n  y\ntoken = true\nsecret =\nconnection = 10\nkey=k9\n"
    found = redact.secret_values(Document.parse(data).lines)
    assert found == {"'long one'", "long one", "second", "k9"}
