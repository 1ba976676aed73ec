#!/bin/bash
# The job of one night: the mean of every pixel over its dark frames, one number a line.
set -euo pipefail
night=$1
paste "darks/$night"/*.txt |
  awk '{ sum = 0; for (i = 1; i <= NF; i++) sum += $i; printf "%.3f\n", sum / NF }' > "masters/.$night"
mv "masters/.$night" "masters/$night.txt"
