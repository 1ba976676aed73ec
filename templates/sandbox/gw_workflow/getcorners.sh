#!/bin/bash
# Placeholder: the stand-in for DAGMaker.sh makes EXP.out itself when the SE images are there.
exit 0
