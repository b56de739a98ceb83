#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Last step of the image build: "$1" is the root of the new system. It contains nothing that is specific to one lab.
set -eu
root=$1

# The role starts these later.
systemctl --root="$root" --quiet disable \
    ceph-crash.service glance-api.service haproxy.service keystone.service mariadb.service rabbitmq-server.service epmd.service \
    epmd.socket placement-api.service nova-api.service nova-api-metadata.service nova-conductor.service nova-scheduler.service \
    nova-compute.service cinder-api.service cinder-scheduler.service cinder-volume.service libvirtd.service libvirtd.socket \
    libvirtd-ro.socket libvirtd-admin.socket libvirt-guests.service virtlogd.service virtlogd.socket virtlogd-admin.socket \
    virtlockd.service virtlockd.socket virtlockd-admin.socket netavark-dhcp-proxy.service netavark-dhcp-proxy.socket \
    netavark-firewalld-reload.service
# The units of OpenStack's services want the first four, and would start them on every host. A masked unit counts as not
# installed, so that nothing starts Nova and Cinder at a site that the lab leaves without them.
systemctl --root="$root" --quiet mask \
    haproxy.service keystone.service mariadb.service rabbitmq-server.service nova-compute.service cinder-volume.service
# Created by the installation, so it would be the same everywhere. RabbitMQ creates another one at its first start.
rm -f "$root/var/lib/rabbitmq/.erlang.cookie"
# A privileged container would change the kernel of the machine.
systemctl --root="$root" --quiet mask systemd-sysctl.service systemd-modules-load.service
# A container does not need these.
systemctl --root="$root" --quiet mask \
    apt-daily.timer apt-daily-upgrade.timer blk-availability.service console-getty.service dm-event.socket \
    e2scrub_all.timer e2scrub_reap.service fstrim.timer getty@tty1.service getty-static.service iscsid.socket \
    lvm2-lvmpolld.socket lvm2-monitor.service nvmefc-boot-connections.service nvmf-autoconnect.service \
    open-iscsi.service rbdmap.service smartmontools.service systemd-udevd.service systemd-udev-trigger.service \
    uuidd.socket xfs_scrub_all.timer

# The manager imports bcrypt in subinterpreters. The packaged bcrypt does not support that, and all modules of the manager
# fail. Only the dashboard hashes passwords, so an empty module that is found first is enough.
cat >"$root/usr/share/ceph/mgr/bcrypt.py" <<'STUB'
"""Replaces bcrypt, which cannot be imported in the subinterpreters of this manager."""


def hashpw(*_args):
    raise NotImplementedError("the manager of this lab does not hash passwords")


checkpw = gensalt = hashpw
STUB

# The containers have no privilege for bind mounts. The log goes to standard output.
mkdir -p "$root/etc/systemd/system/haproxy.service.d"
cat >"$root/etc/systemd/system/haproxy.service.d/lab.conf" <<'UNIT'
[Unit]
Wants=lab-vip.service
After=lab-vip.service
[Service]
BindReadOnlyPaths=
UNIT

cat >"$root/etc/mysql/mariadb.conf.d/99-lab.cnf" <<'CNF'
[mariadbd]
bind-address = 0.0.0.0
skip-name-resolve
innodb_buffer_pool_size = 64M
innodb_flush_log_at_trx_commit = 2
performance_schema = off
CNF

# The default is eight workers, or as many as there are processors, of 100 MB each.
sed -i -e 's/^processes = .*/processes = 2/' -e 's/^threads = .*/threads = 8/' "$root/etc/keystone/keystone-uwsgi.ini"
# The APIs of Nova and Cinder run green threads, which do not go together with the threads of uwsgi: the second message to
# RabbitMQ would never return.
sed -i -e 's/^processes = .*/processes = 1/' -e 's/^threads = .*/threads = 1/' \
    "$root/etc/nova/nova-api-uwsgi.ini" "$root/etc/cinder/cinder-api-uwsgi.ini"
sed -i -e 's/^processes = .*/processes = 1/' -e 's/^threads = .*/threads = 4/' "$root/etc/placement/placement-api-uwsgi.ini"

# Values of the packages: the services read these files by name, so they would win over those of the lab in other files.
sed -i 's/^[a-z][a-z0-9_]* *=/#&/' "$root/etc/nova/nova.conf" "$root/etc/nova/nova-compute.conf" \
    "$root/etc/placement/placement.conf" "$root/etc/cinder/cinder.conf"

# The single store of an installation without multistore, so that tests cover the change to multistore.
sed -i 's/^\[glance_store\]$/&\nstores = file,http\ndefault_store = file/' "$root/etc/glance/glance-api.conf"

# The directories that each Glance worker needs for its first import.
for name in os_glance_staging_store os_glance_tasks_store; do
    chroot "$root" install -d -o glance -g glance -m 0750 "/var/lib/glance/$name"
done

rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root/etc/ssh/ssh_host_"*
: >"$root/etc/machine-id"
