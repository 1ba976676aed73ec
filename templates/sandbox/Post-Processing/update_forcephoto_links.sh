#!/bin/bash
# Links the force-photometry files of a season, flat, into the directory of each night.
# Usage: update_forcephoto_links.sh [-n NITE]
for name in SEASON ROOTDIR TOPDIR_SNFORCEPHOTO_IMAGES; do
  if [ -z "${!name}" ]; then
    echo "Error: $name not set."
    exit 1
  fi
done
nites="*"
while getopts n: option; do
  if [ "$option" = n ]; then nites=$OPTARG; fi
done
for dir in "$ROOTDIR/forcephoto/images/dp$SEASON"/$nites/*/; do
  [ -d "$dir" ] || continue
  nite=$TOPDIR_SNFORCEPHOTO_IMAGES/$(basename "$(dirname "$dir")")
  [ -d "$nite" ] || mkdir "$nite"
  find "$dir" \( -name '*.fits' -o -name '*.psf' \) -exec ln -sf -t "$nite" {} +
done
