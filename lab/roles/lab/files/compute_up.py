# SPDX-License-Identifier: GPL-3.0-or-later
"""Create what Nova, Placement and Cinder need on the hub. Prints one line for each change, as hub_up.py does.

The passwords are created here, at the first run, and stay in files that only their service can read. The compute hosts
copy two of these files.

Usage: compute_up.py prepare HOST               databases, passwords, RabbitMQ; needs MariaDB
       compute_up.py schema                     the tables; takes a minute, so it runs in the background
       compute_up.py accounts HOST REGION CLOUD accounts and catalog; needs Keystone
       compute_up.py zones CLOUD HOST=ZONE...   the availability zone of each compute host, and a flavor; needs Nova
"""

from __future__ import annotations

import configparser
import io
import os
import pathlib
import sys
import time

from hub_up import HOME, account, endpoints, manage, passwords, put, run

#: The databases of each account.
DATABASES = {"nova": ("nova_api", "nova", "nova_cell0"), "placement": ("placement",), "cinder": ("cinder",)}
NAMES = (*DATABASES, *(f"{name}_db" for name in DATABASES), "rabbit")
SERVICES = {
    "nova": ("compute", "http://{host}:8774/v2.1"),
    "placement": ("placement", "http://{host}:8778"),
    "cinder": ("block-storage", "http://{host}:8776/v3"),
    "cinderv3": ("volumev3", "http://{host}:8776/v3"),
}
#: One scheduler without busy waiting: RabbitMQ has little to do here.
RABBIT_ENVIRONMENT = """\
NODENAME=rabbit@{host}
RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
"""
FLAVOR = {"name": "tiny", "ram": 64, "vcpus": 1, "disk": 1}
#: Seconds until a compute host that has started is known to Nova and Placement.
WAIT = 120


def ini(sections):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict(sections)
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()


def database_url(user, name, password, host):
    return f"mysql+pymysql://{user}:{password[f'{user}_db']}@{host}/{name}"


def secret_files(host, password):
    """What each service reads beside its other options: {path: (text, owner)}."""
    transport = {"transport_url": f"rabbit://lab:{password['rabbit']}@{host}:5672/"}
    nova = {"DEFAULT": transport}
    for section in ("keystone_authtoken", "placement", "neutron", "service_user"):
        nova[section] = {"password": password["nova"]}
    cinder = {
        "DEFAULT": transport,
        "database": {"connection": database_url("cinder", "cinder", password, host)},
        "keystone_authtoken": {"password": password["cinder"]},
    }
    placement = {
        "placement_database": {"connection": database_url("placement", "placement", password, host)},
        "keystone_authtoken": {"password": password["placement"]},
    }
    control = {
        **nova,
        "api_database": {"connection": database_url("nova", "nova_api", password, host)},
        "database": {"connection": database_url("nova", "nova", password, host)},
    }
    return {
        "/etc/nova/nova.conf.d/50-lab-secrets.conf": (ini(control), "nova"),
        "/etc/placement/placement.conf.d/50-lab-secrets.conf": (ini(placement), "placement"),
        "/etc/cinder/cinder.conf.d/50-lab-secrets.conf": (ini(cinder), "cinder"),
        f"{HOME}/nova.conf": (ini(nova), "root"),
        f"{HOME}/cinder.conf": (ini(cinder), "root"),
        "/etc/rabbitmq/rabbitmq.conf": (f"default_user = lab\ndefault_pass = {password['rabbit']}\n", "rabbitmq"),
    }


def prepare(host):
    password = passwords(NAMES)
    known = run("mariadb", "-N", input="SELECT user FROM mysql.user").split()
    for user in DATABASES:
        if user not in known:
            sql = [f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password[f'{user}_db']}';"]
            sql += [
                f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb3; GRANT ALL ON {name}.* TO '{user}'@'%';"
                for name in DATABASES[user]
            ]
            run("mariadb", input="".join(sql))
            print(f"created the databases of {user}")
    for path, (text, owner) in secret_files(host, password).items():
        put(pathlib.Path(path), text, owner, 0o600 if owner == "root" else 0o640)
    put(pathlib.Path("/etc/rabbitmq/rabbitmq-env.conf"), RABBIT_ENVIRONMENT.format(host=host), mode=0o644)


def schema():
    """Every command here can be run again."""
    manage("placement", "placement-manage", "db", "sync")
    manage("nova", "nova-manage", "api_db", "sync")
    # Templates: Nova fills them in from its own configuration, so that no argument has a password.
    cell0 = "mysql+pymysql://{username}:{password}@{hostname}/nova_cell0"
    manage("nova", "nova-manage", "cell_v2", "map_cell0", "--database_connection", cell0)
    manage("nova", "nova-manage", "db", "sync")
    if "cell1" not in run("runuser", "-u", "nova", "--", "nova-manage", "cell_v2", "list_cells"):
        manage("nova", "nova-manage", "cell_v2", "create_cell", "--name", "cell1")
    manage("cinder", "cinder-manage", "db", "sync")
    (HOME / "schema-done").touch()


def accounts(host, region, cloud):
    import openstack

    password = passwords(NAMES)
    identity = openstack.connect(cloud=cloud).identity
    for name in DATABASES:
        account(identity, name, password[name], "service", ("admin", "service"))
    for name, (kind, url) in SERVICES.items():
        endpoints(identity, region, name, kind, url.format(host=host))


def wait_known(connection, host):
    """Wait until a host is mapped to its cell and has a provider in Placement.

    Nova copies an aggregate to Placement only for providers that exist, and schedules nothing to a zone otherwise.
    """
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        mapped = any(item.name == host for item in connection.compute.hypervisors())
        if mapped and any(item.name == host for item in connection.placement.resource_providers()):
            return
        time.sleep(1)
    sys.exit(
        f"Nova does not know the compute host {host} after {WAIT} seconds. See its /var/log/nova/nova-compute.log."
    )


def zones(cloud, *pairs):
    import openstack

    connection = openstack.connect(cloud=cloud)
    compute = connection.compute
    if not compute.find_flavor(FLAVOR["name"]):
        compute.create_flavor(**FLAVOR)
        print(f"created flavor {FLAVOR['name']}")
    for host, zone in (pair.split("=") for pair in pairs):
        aggregate = compute.find_aggregate(zone)
        if aggregate is None:
            aggregate = compute.create_aggregate(name=zone, availability_zone=zone)
            print(f"created aggregate {zone}")
        if host not in (aggregate.hosts or ()):
            wait_known(connection, host)
            compute.add_host_to_aggregate(aggregate, host)
            print(f"added {host} to aggregate {zone}")


if __name__ == "__main__":
    os.umask(0o022)
    {"prepare": prepare, "schema": schema, "accounts": accounts, "zones": zones}[sys.argv[1]](*sys.argv[2:])
