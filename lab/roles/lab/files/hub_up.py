# SPDX-License-Identifier: GPL-3.0-or-later
"""Create the databases and accounts of the hub. Prints one line for each change, and nothing where nothing is missing.

The first run creates the passwords and stores them in files of this host that only their service can read. They are in
no argument and no result. No other host has them, except for those that the other Glance hosts copy.

Usage: hub_up.py databases HOST REGION KEYSTONE_URL             before Keystone is started
       hub_up.py accounts REGION KEYSTONE_URL GLANCE_URL CLOUD  with Keystone
"""

from __future__ import annotations

import json
import os
import pathlib
import pwd
import secrets
import subprocess
import sys

HOME = pathlib.Path("/etc/dcn-glance-lab")
SECRETS = HOME / "secrets.json"
FOR_GLANCE = HOME / "glance.conf"
NAMES = ("admin", "glance", "glance_db", "keystone_db", "member")
#: An account without any privilege, in a project of its own, and its cloud in clouds.yaml.
MEMBER, MEMBER_PROJECT = "member", "demo"


def run(*argv, **options):
    done = subprocess.run(argv, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode:
        sys.exit(f"{' '.join(argv)} failed with exit code {done.returncode}: {done.stdout}")
    return done.stdout


def put(path, text, owner="root", mode=0o600):
    """Replace a file at once. Other users cannot read it at any time."""
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    os.chown(new, 0, pwd.getpwnam(owner).pw_gid)
    new.chmod(mode)
    new.rename(path)
    print(f"wrote {path}")


def passwords(names=NAMES):
    """All passwords of the lab, after those of ``names`` that do not exist yet were created."""
    known = json.loads(SECRETS.read_text()) if SECRETS.exists() else {}
    missing = {name: secrets.token_urlsafe(24) for name in names if name not in known}
    if missing:
        put(SECRETS, json.dumps({**known, **missing}))
    return {**known, **missing}


def database(name, password):
    """Create a database and its account. Returns whether the database has no tables."""
    tables = f"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '{name}'"
    if run("mariadb", "-N", input=f"SELECT COUNT(*) FROM mysql.user WHERE user = '{name}'").strip() == "0":
        run(
            "mariadb",
            input=f"CREATE DATABASE IF NOT EXISTS {name}; CREATE USER '{name}'@'%' IDENTIFIED BY '{password}';"
            f"GRANT ALL ON {name}.* TO '{name}'@'%';",
        )
        print(f"created database {name}")
    return run("mariadb", "-N", input=tables).strip() == "0"


def manage(user, *argv, **options):
    run("runuser", "-u", user, "--", *argv, **options)
    print("ran " + " ".join(argv[:1] + tuple(word for word in argv[1:] if not word.startswith(("-", "/", "http")))))


def databases(host, region, url):
    HOME.mkdir(mode=0o700, exist_ok=True)
    password = passwords()
    keystone_empty = database("keystone", password["keystone_db"])
    glance_empty = database("glance", password["glance_db"])
    keystone_url = f"mysql+pymysql://keystone:{password['keystone_db']}@{host}/keystone"
    keystone_conf = pathlib.Path("/etc/keystone/keystone.conf.d/50-lab-secrets.conf")
    put(keystone_conf, f"[database]\nconnection = {keystone_url}\n", "keystone", 0o640)
    glance_url = f"mysql+pymysql://glance:{password['glance_db']}@{host}/glance"
    put(FOR_GLANCE, f"[database]\nconnection = {glance_url}\n[keystone_authtoken]\npassword = {password['glance']}\n")
    for keys in ("fernet", "credential"):
        if not pathlib.Path(f"/etc/keystone/{keys}-keys/0").exists():
            owner = ("--keystone-user=keystone", "--keystone-group=keystone")
            manage("keystone", "keystone-manage", f"{keys}_setup", *owner)
    if keystone_empty:
        manage("keystone", "keystone-manage", "db_sync")
    bootstrap(region, url, password["admin"])
    if glance_empty:
        # root reads this file. The service gets its own copy with its configuration.
        manage("root", "glance-manage", f"--config-file={FOR_GLANCE}", "db_sync")


def bootstrap(region, url, password):
    """Create the first administrator, once. The password is passed in the environment."""
    done = HOME / "bootstrapped"
    if done.exists():
        return
    urls = [f"--bootstrap-{kind}-url={url}" for kind in ("public", "internal", "admin")]
    environment = {**os.environ, "OS_BOOTSTRAP_PASSWORD": password}
    manage("keystone", "keystone-manage", "bootstrap", f"--bootstrap-region-id={region}", *urls, env=environment)
    put(done, "")


def cloud(region, url, username, password, project):
    auth = {
        "auth_url": url,
        "username": username,
        "password": password,
        "project_name": project,
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    }
    return {"auth": auth, "region_name": region, "interface": "public", "identity_api_version": 3}


def clouds(name, region, url, password):
    found = {
        name: cloud(region, url, "admin", password["admin"], "admin"),
        f"{name}-{MEMBER}": cloud(region, url, MEMBER, password["member"], MEMBER_PROJECT),
    }
    # JSON is YAML.
    put(pathlib.Path("/etc/openstack/clouds.yaml"), json.dumps({"clouds": found}, indent=2) + "\n")


def account(identity, name, password, project_name, roles):
    """Create an account with roles in a project, and what is missing of them."""
    project = identity.find_project(project_name)
    if project is None:
        project = identity.create_project(name=project_name, domain_id="default")
        print(f"created project {project_name}")
    user = identity.find_user(name)
    if user is None:
        user = identity.create_user(name=name, password=password, domain_id="default")
        print(f"created user {name}")
    for role_name in roles:
        role = identity.find_role(role_name)
        if not identity.validate_user_has_project_role(project, user, role):
            identity.assign_project_role_to_user(project, user, role)
            print(f"granted role {role_name} to user {name} in project {project_name}")


def endpoints(identity, region, name, kind, url):
    """Create a service and its endpoints, and correct their URL."""
    service = identity.find_service(name)
    if service is None:
        service = identity.create_service(name=name, type=kind)
        print(f"created service {name}")
    existing = {endpoint.interface: endpoint for endpoint in identity.endpoints(service_id=service.id)}
    for interface in ("public", "internal", "admin"):
        endpoint = existing.get(interface)
        if endpoint is None:
            identity.create_endpoint(service_id=service.id, interface=interface, url=url, region_id=region)
        elif endpoint.url != url:
            identity.update_endpoint(endpoint, url=url)
        else:
            continue
        print(f"set the {interface} endpoint of {name} to {url}")


def accounts(region, keystone_url, glance_url, cloud_name):
    import openstack

    password = passwords()
    clouds(cloud_name, region, keystone_url, password)
    identity = openstack.connect(cloud=cloud_name).identity
    account(identity, "glance", password["glance"], "service", ("admin", "service"))
    account(identity, MEMBER, password["member"], MEMBER_PROJECT, ("member",))
    endpoints(identity, region, "glance", "image", glance_url)


if __name__ == "__main__":
    os.umask(0o022)
    {"databases": databases, "accounts": accounts}[sys.argv[1]](*sys.argv[2:])
