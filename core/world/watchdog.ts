/**
 * A few lines of shell that outlive a builder which is killed, and take its programs along: what
 * goes on unwatched would write into files that the next build is making. They read from a pipe
 * whose other end only the builder holds, `+ <group>` when a group of processes begins and
 * `- <group>` when it has ended. When the builder is gone, the pipe ends, and whatever is left is
 * killed at once, since another builder may take over at any moment.
 */
export const WATCHDOG = `
trap '' INT TERM HUP
left=' '
while read -r how group; do
  case $how in
    +) left="$left$group " ;;
    -) left="\${left%% $group *} \${left#* $group }" ;;
  esac
done
for group in $left; do kill -s KILL -- "-$group"; done
`;
