/**
 * The few lines of shell that stay with a detached program. Fixed text: everything that varies is
 * an argument. In its directory it leaves
 *
 *   pid     `<pid> <start time>` of the supervisor, written before anything else
 *   claim   made by whoever is first: a directory by the supervisor, and the program will run; or a
 *           file by somebody who takes the attempt back, and it will not
 *   exit    the exit status, in place only when the program has ended
 *
 * So an attempt can be told apart for certain: never begun, running, ended, lost. Each file is
 * whole, flushed and read back before it gets its name, and each name is flushed before anything
 * rests on it; on a full disk an ended program's status waits for room, and until then the attempt
 * counts as running. A supervisor that cannot begin says why, claims nothing and starts nothing.
 */

const CANNOT_START = 127;

/** The script; its arguments are the directory and the words of the program. */
export const SUPERVISOR = `
trap '' HUP
dir=$1; shift
# An old \`sync\` takes no names: it would flush every disk of the computer, and may hang at one.
case $(sync --help 2>&1) in
  *FILE*) flush() { sync "$dir" 2>/dev/null || :; } ;;
  *) flush() { :; } ;;
esac
put() {
  printf '%s\\n' "$2" | dd of="$dir/$1.$$" conv=fsync 2>/dev/null &&
    [ "$(cat "$dir/$1.$$" 2>/dev/null)" = "$2" ] && mv "$dir/$1.$$" "$dir/$1" && flush && return
  rm -f "$dir/$1.$$"
  return 1
}
command -v "$1" > /dev/null || { echo "$1: no such program, or not executable" >&2; exit ${CANNOT_START}; }
start=$(cut -d ' ' -f 22 "/proc/$$/stat" 2>/dev/null)
put pid "$$ $start" || { echo "$dir/pid cannot be written" >&2; exit ${CANNOT_START}; }
mkdir "$dir/claim" 2>/dev/null || {
  [ -e "$dir/claim" ] && exit 0
  echo "$dir/claim cannot be made" >&2
  exit ${CANNOT_START}
}
flush
"$@" < /dev/null
code=$?
until put exit "$code"; do
  [ -d "$dir" ] || exit "$code"
  sleep 1
done
exit "$code"
`;
