# To be sourced in bash: the environment of image processing.
_sandbox=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
# As a login shell has done before.
source "$_sandbox/etc/profile.d/jobsub_lite.sh"
sleep 0.2
export CONDA_DIR=$_sandbox/conda
export CONDA_DEFAULT_ENV=des18a
export EUPS_PATH=$_sandbox/eups
export PYTHONPATH=$_sandbox/pycurl${PYTHONPATH:+:$PYTHONPATH}
export PATH=$_sandbox/bin:$PATH
unset _sandbox
