#!/bin/bash
# Writes exposures.list and one list per band into the current directory.
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)

if [ ! -f "$HOME/.pgpass" ]; then
  echo "Warning: $HOME/.pgpass not found; the database will ask for a password."
fi
node "$here/../lib/exposure-info.mjs"
for band in u g r i z Y VR; do
  awk -v band="$band" '$6 == band' exposures.list > "exposures_$band.list"
done
exit
