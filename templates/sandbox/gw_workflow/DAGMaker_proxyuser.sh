#!/bin/bash
# Makes the DAG of one search exposure, for any user but desgw. The configuration ./dagmaker.rc is sourced here,
# as bash; all else happens in lib/dagmaker/main.mjs, which finds the parameters in its environment.
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
umask 002

if [ $# -eq 0 ]; then
  echo "Error, an exposure number must be supplied"
  exit 1
fi
sorted=$(printf '%s\n' "$@" | sort -n | tr '\n' ' ')
printf '%s\n' "All the exposures are:" "$*" "Now, sorted, they are:" "${sorted% }"
if [[ ! $1 =~ ^[0-9]+$ ]]; then
  echo "Error, exposure number must be a number; you entered $1."
  exit 1
fi
echo "EXPNUM = $1"

set -a
RNUM=2 PNUM=01 SEASON=11
DIFFIMG_EUPS_VERSION=gw8
WRITEDB=off RM_MYTEMP=false IGNORECALIB=false
JOBSUB_OPTS="--memory=3000MB --expected-lifetime=medium --cpu=4 --mail_on_error"
JOBSUB_TEMP_OPTS="$JOBSUB_OPTS --lines='+FERMIHTC_AutoRelease=True' --lines='+FERMIHTC_GraceLifetime=43200' --lines='+FERMIHTC_GraceMemory=5000'"
RESOURCES=DEDICATED,OPPORTUNISTIC,OFFSITE
DESTCACHE=persistent SCHEMA=gw SEARCH_OPTS="" TEMP_OPTS=""
TEFF_CUT_g=0.0 TEFF_CUT_r=0.0 TEFF_CUT_i=0.0 TEFF_CUT_z=0.0 TEFF_CUT_Y=0.0
TWINDOW=30.0 TWINDOW_DISTINCT=0 TWINDOW_BEFORE=0 TWINDOW_AFTER=0
MIN_NITE=20100101 MAX_NITE=99999999
SKIP_INCOMPLETE_SE=false DO_HEADER_CHECK=1 STASHVER=""
if [ -f ./dagmaker.rc ]; then
  echo "Reading params from config file: ./dagmaker.rc"
  source ./dagmaker.rc
fi
set +a

export DAGMAKER_NAME=DAGMaker_proxyuser
exec node "$here/../lib/dagmaker/main.mjs" "$@"
