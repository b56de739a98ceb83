#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Starts an object gateway (Swift and S3) on this host's cluster, and creates an account for S3. Prints one line for each change.
# The keys are in files that only their service or root can read.
#
# Usage: rgw-up.sh PORT
set -eu

port=$1
host=$(hostname)
client=client.rgw.$host
home=/var/lib/ceph/radosgw/ceph-rgw.$host
unit=ceph-radosgw@rgw.$host
account=/etc/dcn-glance-lab/s3.json
umask 077

create_client() {
    install -d -o ceph -g ceph -m 750 /var/lib/ceph/radosgw "$home"
    ceph config set "$client" rgw_frontends "beast port=$port"
    ceph config set "$client" rgw_thread_pool_size 32
    ceph config set "$client" rgw_enable_usage_log false
    ceph auth get-or-create "$client" mon 'allow rw' mgr 'allow rw' osd 'allow rwx' -o "$home/keyring.new"
    chown ceph:ceph "$home/keyring.new"
    mv "$home/keyring.new" "$home/keyring"
    echo "created $client"
}

wait_ready() {
    for _ in $(seq 90); do
        ! curl --silent --fail --output /dev/null --max-time 2 "http://$host:$port/" || return 0
        sleep 1
    done
    echo "the object gateway of $host does not respond on port $port after 90 s:" >&2
    systemctl status --no-pager "$unit" >&2
    return 1
}

create_account() {
    radosgw-admin user info --uid=glance >"$account.new" 2>/dev/null ||
        radosgw-admin user create --uid=glance --display-name=Glance >"$account.new"
    mv "$account.new" "$account"
    echo "created the S3 account glance"
}

[ -e "$home/keyring" ] || create_client
systemctl is-active --quiet "$unit" || echo "started $unit"
systemctl enable --quiet --now "$unit"
wait_ready
[ -e "$account" ] || create_account
