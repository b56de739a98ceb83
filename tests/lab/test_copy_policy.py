# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member may copy an image to dcn0 as glance.copy_policy says, on real Glance and Keystone."""

from __future__ import annotations

import json

import yaml

from ansible_collections.dcn.glance.tests.support.lab.playbooks import INVENTORY

FILE = "/etc/glance/policy.d/50-dcn-glance.yaml"
# Makes a member with a project of its own, an image of the member and a public one, both at the hub. The member asks
# the Glance of dcn0 to copy both. Prints the answers, and removes everything.
COPY = """
import json, secrets, time, openstack
admin = openstack.connect(cloud='dcn')
identity, password = admin.identity, secrets.token_hex(12)
hub, edge = 'http://glance.central:9292/v2/images', 'http://dcn0:9292/v2/images'
project = identity.create_project(name='test-copy-policy', domain_id='default')
user = identity.create_user(name='test-copy-policy', password=password, domain_id='default')
made, answers = [], {}
try:
    identity.assign_project_role_to_user(project, user, identity.find_role('member'))
    auth = dict(admin.config.config['auth'], username=user.name, password=password, project_name=project.name)
    member = openstack.connect(auth=auth, region_name=admin.config.region_name, load_yaml_config=False).session
    for who, session, visibility in (('own', member, 'private'), ('public', admin.session, 'public')):
        new = {'name': 'test-copy-policy', 'disk_format': 'raw', 'container_format': 'bare', 'visibility': visibility}
        image = session.post(hub, json=new).json()['id']
        made.append(image)
        data = {'Content-Type': 'application/octet-stream', 'X-Image-Meta-Store': 'central'}
        session.put(f'{hub}/{image}/file', data=bytes(4096), headers=data)
        copy = {'method': {'name': 'copy-image'}, 'stores': ['dcn0']}
        answers[who] = member.post(f'{edge}/{image}/import', json=copy, raise_exc=False).status_code
        for _ in range(60 if answers[who] == 202 else 0):
            if 'dcn0' in member.get(f'{edge}/{image}').json()['stores']:
                answers[who] = 'copied'
                break
            time.sleep(1)
finally:
    for image in made:
        admin.session.delete(f'{hub}/{image}', raise_exc=False)
    identity.delete_user(user)
    identity.delete_project(project)
print(json.dumps(answers))
"""


def test_a_member_may_copy_as_the_topology_says(lab, tmp_path):
    path = tmp_path / "play.yml"

    def run(**policy):
        changed = {"sites": {"dcn0": {"glance": policy}}}
        topology = "{{ dcn_topology | combine(" + json.dumps(changed) + ", recursive=true) }}"
        play = {"name": "policy", "hosts": "dcn0", "gather_facts": False, "roles": ["dcn.glance.glance_api"]}
        variables = {"glance_api_topology": topology} if policy else {}
        path.write_text(yaml.safe_dump([{"import_playbook": "dcn.glance.groups"}, {**play, "vars": variables}]))
        return lab.playbook(str(path), inventory=INVENTORY).ok()

    def answers():
        return json.loads(lab.exec("central", "python3", "-c", COPY).splitlines()[-1])

    run()
    assert "role:admin or role:member" in lab.exec("dcn0", "cat", FILE)
    assert answers() == {"own": "copied", "public": "copied"}
    try:
        run(copy_policy="owner")
        assert answers() == {"own": "copied", "public": 403}
    finally:
        restored = run()
    assert restored.changed() >= {("dcn0", "dcn.glance.glance_api : Let the users of Nova copy images")}
