#!/usr/bin/env bash
# Starts a Slurm of one node on loopback, all of it below DIR: start.sh DIR PORT (and PORT+1).
# Ends when it takes jobs; `stop.sh DIR` ends it. Programs find it by SLURM_CONF=DIR/slurm.conf.
set -euo pipefail
dir=$1 port=$2
here=$(dirname "$(readlink -f "$0")")
mkdir -p "$dir/state" "$dir/spool"
chmod 755 "$dir"

dd if=/dev/urandom of="$dir/munge.key" bs=1 count=1024 status=none
chmod 600 "$dir/munge.key"
munged --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" \
  --pid-file="$dir/munged.pid" --log-file="$dir/munged.log" --seed-file="$dir/munge.seed"

cat > "$dir/slurm.conf" <<CONF
ClusterName=loopback
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/linear
SchedulerParameters=batch_sched_delay=0,sched_interval=1,defer_batch
ReturnToService=2
NodeName=node1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=node1 Default=YES MaxTime=INFINITE OverSubscribe=FORCE:4 State=UP
CONF
export SLURM_CONF=$dir/slurm.conf
slurmctld
slurmd -N node1
for _ in $(seq 100); do
  [ "$(sinfo --noheader --format=%T 2> /dev/null)" = idle ] && exit 0
  sleep 0.2
done
tail -n 20 "$dir"/*.log >&2
bash "$here/stop.sh" "$dir"
exit 1
