#!/bin/bash
# What a worker node runs when all CCDs are done. Here the stand-in grid plays its part (lib/grid/).
echo "RUNMON.sh: runs on a worker node only" >&2
exit 1
