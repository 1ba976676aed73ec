/**
 * The few lines of shell that stay with a detached program. Fixed text: everything that varies is
 * an argument. In its directory it leaves
 *
 *   pid     `<pid> <start time>` of the supervisor, written before anything else
 *   claim   made by whoever is first: a directory by the supervisor, and the program will run; or a
 *           file by somebody who takes the attempt back, and it will not
 *   exit    the exit status, in place only when the program has ended
 *
 * So an attempt can be told apart for certain: never begun, running, ended, lost.
 */
export const SUPERVISOR = `
trap '' HUP
dir=$1; shift
start=$(cut -d ' ' -f 22 "/proc/$$/stat" 2>/dev/null)
printf '%s %s\\n' "$$" "$start" > "$dir/pid.$$" && mv "$dir/pid.$$" "$dir/pid" || exit 1
mkdir "$dir/claim" 2>/dev/null || exit 0
"$@" < /dev/null
code=$?
printf '%s\\n' "$code" > "$dir/exit.$$" && mv "$dir/exit.$$" "$dir/exit"
exit "$code"
`;
