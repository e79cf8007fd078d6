/**
 * Ties Postgres to our life without a daemon: this shell runs in a session of its own, so that a signal to our process
 * group does not reach Postgres before we have finished, and when the pipe from us closes, for whatever reason,
 * `kill -9` included, it shuts Postgres down fast. It ends as soon as Postgres does.
 */
export const SUPERVISE = `
exec 3<&0
"$@" </dev/null 3<&- &
postgres=$!
trap '' TERM HUP INT
{ while read -r _ <&3; do :; done; kill -INT $postgres; } 2>/dev/null &
watcher=$!
wait $postgres
status=$?
kill -9 $watcher 2>/dev/null
exit $status
`;
