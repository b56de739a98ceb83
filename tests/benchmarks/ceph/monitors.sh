#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Starts lone monitors on loopback: /etc/ceph/mon0.conf and so on. Usage: monitors.sh COUNT
set -eu
umask 077
number=0
while [ "$number" -lt "$1" ]; do
    name=mon$number conf=/etc/ceph/mon$number.conf data=/var/lib/ceph/mon$number
    first=$((7000 + 2 * number)) fsid=$(cat /proc/sys/kernel/random/uuid)
    addresses="[v2:127.0.0.1:$first,v1:127.0.0.1:$((first + 1))]"
    admin=/etc/ceph/$name.client.admin.keyring
    mkdir -p "$data"
    cat >"$conf" <<CONF
[global]
fsid = $fsid
mon_host = $addresses
public_addr = 127.0.0.1
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $admin
[mon]
mon_data = $data
keyring = $data/keyring
admin_socket = $data.asok
pid_file = $data.pid
log_file = $data.log
mon_data_avail_crit = 1
CONF
    ceph-authtool --create-keyring "$admin" --gen-key -n client.admin --cap mon 'allow *'
    ceph-authtool --create-keyring "$data.keyring" --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool "$data.keyring" --import-keyring "$admin"
    monmaptool --create --addv "$name" "$addresses" --fsid "$fsid" "$data.monmap"
    ceph-mon --conf "$conf" --mkfs -i "$name" --monmap "$data.monmap" --keyring "$data.keyring"
    ceph-mon --conf "$conf" -i "$name"
    number=$((number + 1))
done
number=0
while [ "$number" -lt "$1" ]; do
    ceph --conf "/etc/ceph/mon$number.conf" --connect-timeout 60 mon stat
    number=$((number + 1))
done
