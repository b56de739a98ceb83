#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Creates a Ceph cluster on this host: one monitor, one manager, one OSD on a sparse file, and the given pools.
# It can be run again after an interruption. The keys are created on this host and stay there.
# Usage: ceph-up.sh OSD_BYTES PG_NUM POOL...
set -eu

osd_bytes=$1 pg_num=$2
shift 2
host=$(hostname)
address=$(getent ahostsv4 "$host" | awk '{ print $1; exit }')
mon_data=/var/lib/ceph/mon/ceph-$host
mgr_data=/var/lib/ceph/mgr/ceph-$host
osd_data=/var/lib/ceph/osd/ceph-0
umask 077

write_conf() {
    cat >/etc/ceph/ceph.conf.new <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon_initial_members = $host
mon_host = [v2:$address:3300/0,v1:$address:6789/0]
public_addr = $address
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = $pg_num
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0

[mon]
auth_allow_insecure_global_id_reclaim = false
mgr_initial_modules =
mon_allow_pool_delete = true
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_data_avail_warn = 5
mon_data_avail_crit = 1

[mgr]
# Each module is loaded into an interpreter of its own even when it is off: together half of the memory of the manager.
mgr_disabled_modules = alerts influx insights iostat localpool mirroring nfs osd_perf_query osd_support prometheus restful selftest snap_schedule stats telegraf test_orchestrator zabbix

[osd]
bluestore_block_size = $osd_bytes
bluestore_cache_autotune = false
bluestore_cache_size = 67108864
osd_memory_target = 939524096
osd_op_num_shards = 2
osd_op_num_threads_per_shard = 1
osd_op_queue = wpq
CONF
    chmod 644 /etc/ceph/ceph.conf.new
    mv /etc/ceph/ceph.conf.new /etc/ceph/ceph.conf
}

create_mon() {
    work=$(mktemp -d)
    fsid=$(sed -n 's/^fsid = //p' /etc/ceph/ceph.conf)
    rm -rf "$mon_data" /etc/ceph/ceph.client.admin.keyring
    mkdir -p "$mon_data"
    ceph-authtool --create-keyring "$work/keyring" --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool --create-keyring /etc/ceph/ceph.client.admin.keyring --gen-key -n client.admin \
        --cap mon 'allow *' --cap mgr 'allow *' --cap osd 'allow *' --cap mds 'allow *'
    ceph-authtool "$work/keyring" --import-keyring /etc/ceph/ceph.client.admin.keyring
    monmaptool --create --addv "$host" "[v2:$address:3300,v1:$address:6789]" --fsid "$fsid" "$work/monmap"
    ceph-mon --mkfs -i "$host" --monmap "$work/monmap" --keyring "$work/keyring"
    rm -rf "$work"
    touch "$mon_data/done"
    chown -R ceph:ceph "$mon_data"
}

create_mgr() {
    mkdir -p "$mgr_data"
    ceph auth get-or-create "mgr.$host" mon 'allow profile mgr' osd 'allow *' mds 'allow *' -o "$mgr_data/keyring"
    touch "$mgr_data/done"
    chown -R ceph:ceph "$mgr_data"
}

create_osd() {
    uuid=$(cat /proc/sys/kernel/random/uuid)
    ceph osd purge 0 --force
    rm -rf "$osd_data"
    mkdir -p "$osd_data"
    ceph osd new "$uuid" 0
    ceph auth get-or-create osd.0 mon 'allow profile osd' mgr 'allow profile osd' osd 'allow *' -o "$osd_data/keyring"
    ceph-osd -i 0 --mkfs --osd-uuid "$uuid"
    touch "$osd_data/done"
    chown -R ceph:ceph "$osd_data"
}

wait_healthy() {
    for _ in $(seq 90); do
        [ "$(ceph health)" != HEALTH_OK ] || return 0
        sleep 1
    done
    echo "the Ceph cluster of $host is not healthy after 90 s:" >&2
    ceph health detail >&2
    return 1
}

[ -e /etc/ceph/ceph.conf ] || write_conf
[ -e "$mon_data/done" ] || create_mon
systemctl enable --quiet --now "ceph-mon@$host"
[ -e "$mgr_data/done" ] || create_mgr
systemctl enable --quiet --now "ceph-mgr@$host"
[ -e "$osd_data/done" ] || create_osd
systemctl enable --quiet --now ceph-osd@0
for pool; do
    ceph osd pool create "$pool" "$pg_num" "$pg_num"
    ceph osd pool application enable "$pool" rbd
done
wait_healthy
touch /var/lib/ceph/lab-done
