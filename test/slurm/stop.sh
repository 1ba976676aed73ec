#!/usr/bin/env bash
# Ends what start.sh started: stop.sh DIR.
for name in slurmd slurmctld munged; do
  file=$1/$name.pid
  [ -e "$file" ] || continue
  pid=$(cat "$file")
  kill "$pid" 2> /dev/null || continue
  for _ in $(seq 50); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
done
exit 0
