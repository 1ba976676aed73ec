#!/bin/tcsh
# Placeholder: the stand-in for DAGMaker.sh finds the overlaps itself (lib/dagmaker/overlaps.mjs).
exit 0
