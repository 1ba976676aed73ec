#!/bin/bash
# What a worker node runs for one CCD. Here the stand-in grid plays its part (lib/grid/).
echo "SEdiff.sh: runs on a worker node only" >&2
exit 1
