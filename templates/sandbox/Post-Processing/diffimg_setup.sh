# To be sourced in bash with Post-Processing as the current directory: the environment of force
# photometry and run_postproc.py. Of several postproc_*.ini the last one wins.
_sandbox=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
sleep 0.2
export ROOTDIR=$_sandbox/pnfs/des/persistent/gw
export ROOTDIR2=$(pwd)
export EXPERIMENT=des IFDH_NO_PROXY=1 IFDH_CP_UNLINK_ON_ERROR=1 IFDH_CP_MAXRETRIES=2
export EUPS_PATH=$_sandbox/eups HEADAS=$_sandbox/headas DIFFIMG_HOST=FNAL
export DES_SERVICES=$HOME/.desservices.ini DES_DB_SECTION=db-sn-test
export DES_ROOT=$_sandbox/des_root SCAMP_CATALOG_DIR=$_sandbox/catalogues
export AUTOSCAN_PYTHON=$_sandbox/bin/python
export SNANA_DIR=$_sandbox/snana SNDATA_ROOT=$_sandbox/sndata PFILES=$ROOTDIR2/pfiles
export TOPDIR_WSTEMPLATES=$ROOTDIR2/WSTemplates TOPDIR_TEMPLATES=$ROOTDIR2/WSTemplates
export TOPDIR_SNTEMPLATES=$ROOTDIR2/SNTemplates TOPDIR_WSRUNS=$ROOTDIR2/WSruns
export TOPDIR_SNRUNS=$ROOTDIR2/SNruns TOPDIR_DATAFILES_PUBLIC=$ROOTDIR2/datafiles
export PATH=$_sandbox/bin:$PATH

for _ini in $(ls postproc_*.ini 2>/dev/null); do
  _season=${_ini#*_}
  _season=${_season%%.*}
  # A stray name such as postproc_template.ini leaves the season before it in force.
  if [[ $_season =~ ^[0-9]+$ ]]; then
    export SEASON=$_season
    echo "$SEASON" > getSeason.txt
  fi
done
if [ -z "$SEASON" ]; then
  echo "ls: cannot access 'postproc_*.ini': No such file or directory" >&2
fi
export TOPDIR_SNFORCEPHOTO_IMAGES=$ROOTDIR2/forcephoto/images/dp$SEASON
export TOPDIR_SNFORCEPHOTO_OUTPUT=$ROOTDIR2/forcephoto/output/dp$SEASON
mkdir -p "$TOPDIR_SNFORCEPHOTO_OUTPUT"
if [ ! -d "$TOPDIR_SNFORCEPHOTO_IMAGES" ]; then
  # Links are made once; later exposures need update_forcephoto_links.sh.
  mkdir -p "$TOPDIR_SNFORCEPHOTO_IMAGES"
  for _dir in "$ROOTDIR/forcephoto/images/dp$SEASON"/*/*/; do
    [ -d "$_dir" ] || continue
    _nite=$TOPDIR_SNFORCEPHOTO_IMAGES/$(basename "$(dirname "$_dir")")
    mkdir -p "$_nite"
    find "$_dir" \( -name '*.fits' -o -name '*.psf' \) -exec ln -sf -t "$_nite" {} +
  done
fi
unset _sandbox _ini _season _dir _nite
