# What every script for a machine begins with: framing, time limits, paths that are safe to touch.
# Read by `/bin/sh -s` on standard input: dash, bash, busybox. Reads only: no temporary file, no
# cache, no lock. Nothing can eat the rest of the script: main, on the last line of each script,
# reads from /dev/null. The framing is that of framing.py.
#
# The sender puts PLANNER_NONCE, PLANNER_MASK (mask.awk, deny.awk) and PLANNER_BUDGET (seconds)
# before it. A script that was given no budget (fetch streams as long as it takes) is not watched.
# shellcheck disable=SC2016 # awk programs stand in single quotes

: "${PLANNER_NONCE:?}" "${PLANNER_MASK:?}" "${PLANNER_WATCH:=${PLANNER_BUDGET:+yes}}" "${PLANNER_BUDGET:=240}"
export PLANNER_NONCE
LC_ALL=C; export LC_ALL
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/opt/bin:$PATH; export PATH
SYSTEMD_COLORS=0; SYSTEMD_PAGER=; export SYSTEMD_COLORS SYSTEMD_PAGER
unset ENV BASH_ENV CDPATH GREP_OPTIONS POSIXLY_CORRECT
umask 077
set -f

NL='
'
TAB=$(printf '\t')
MARK=$(printf '\001')$PLANNER_NONCE

# Lines from main on the way out: data, or MARK B|S|E|Z ... . One awk for the whole stream, so that
# a section costs no process; what a machine prints can not forge a mark without the nonce.
FRAME='
BEGIN { N = ENVIRON["PLANNER_NONCE"]; MARK = sprintf("%c", 1) N; LIMIT = 8388608 }
function data(s) {
	if (cut) return
	bytes += length(s) + 1
	if (bytes > LIMIT) { cut = 1; state = "partial"; reason = "cut at " LIMIT " bytes"; return }
	print N " |" s
	lines++; total++
}
function control(s,    w) {
	split(s, w, " ")
	if (w[2] == "B") {
		print N " B " w[3]
		lines = 0; bytes = 0; cut = 0; state = ""; reason = ""
	} else if (w[2] == "S") {
		if (state == "missing" && w[3] != "missing") return
		state = w[3]
		s = substr(s, length(MARK) + length(w[3]) + 5)
		reason = reason == "" ? s : reason "; " s
	} else if (w[2] == "E") {
		if (state == "") state = "ok"
		print N " E " w[3] " " state " " w[4] " " w[5] " " lines " " reason
		sections++
	} else if (w[2] == "Z") print N " Z " sections + 0 " " total + 0
}
{
	i = index($0, MARK)
	if (!i) { data($0); next }
	if (i > 1) data(substr($0, 1, i - 1))
	control(substr($0, i))
}'

# --- helpers -----------------------------------------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }

state() { printf '%s S %s %s\n' "$MARK" "$1" "$2"; }

# Seconds since boot, in hundredths and without a process.
now() {
	T=0
	if read -r T _ </proc/uptime 2>/dev/null; then
		case $T in *.??) T=${T%.*}${T#*.} ;; *) T=${T%.*}00 ;; esac
	fi 2>/dev/null
}

# limit SECONDS COMMAND...: 124 when the time is up; reads nothing.
limit() {
	secs=$1; shift
	now
	if [ $(((DEADLINE - T) / 100)) -lt "$secs" ]; then secs=$(((DEADLINE - T) / 100)); fi
	[ "$secs" -gt 0 ] || return 124
	case $TIMEOUT in
	kill) timeout -k 2 "$secs" "$@" </dev/null & ;;
	plain) timeout "$secs" "$@" </dev/null & ;;
	*) watched "$secs" "$@"; return ;;
	esac
	job=$!
	wait $job
	code=$?
	# timeout makes a group and ends it, but what hears no TERM outlives the command and timeout
	case $code in 124 | 137) kill -KILL -$job 2>/dev/null ;; esac
	return $code
}

# Without a timeout that ends children, too. Processes can have no group of their own here (a shell
# wants a terminal for that), so a guard looks for them.
watched() {
	secs=$1; shift
	now; over=$((T + secs * 100))
	"$@" </dev/null &
	job=$!
	# KILL: what was forked a moment ago still has the handler of the trap, and loses a TERM
	(
		trap 'kill -KILL $! 2>/dev/null; exit 0' TERM
		sleep "$secs" &
		wait $!
		end_all $job itself
	) </dev/null >/dev/null 2>&1 &
	guard=$!
	wait $job
	code=$?
	now
	if [ "$T" -lt $over ]; then kill -TERM $guard 2>/dev/null
	elif [ $code -gt 127 ]; then code=124
	fi
	wait $guard 2>/dev/null
	return $code
}

# What a process started and what that started, as PID/START: START tells it from a stranger who
# got its number later. KEEP: a process that is left out with all of its own; OLD: a list of
# before, for those whose parent is gone. Who starts others comes first, so that he starts no more.
OFFSPRING_AWK='
BEGIN { n = split(OLD, list, " "); for (i = 1; i <= n; i++) old[list[i]] = 1 }
/^[0-9]+ [(].*[)] [A-Z] / {
	pid = $1; sub(/.*[)] /, ""); if ($1 == "Z") next
	up[pid] = $2; id[pid] = pid "/" $20
	if (id[pid] in old) { mine[pid] = 1; order[++count] = pid }
}
END {
	if (!(ROOT in mine)) { mine[ROOT] = 1; order[++count] = ROOT }
	for (i = 1; i <= count; i++)
		for (p in up) if (!(p in mine) && p != KEEP && up[p] == order[i]) { mine[p] = 1; order[++count] = p }
	for (i = 1; i <= count; i++) { p = order[i]; if ((p in id) && (p != ROOT || ITSELF != "")) printf "%s ", id[p] }
}'

# end_all PID [itself]: ends all that a process started, in two seconds at most; it itself on demand.
end_all() {
	read -r me _ </proc/self/stat
	old=
	for signal in TERM KILL KILL; do
		set +f
		old=$(cat /proc/[0-9]*/stat | awk -v ROOT="$1" -v ITSELF="$2" -v KEEP="$me" -v OLD="$old" "$OFFSPRING_AWK")
		set -f
		[ -n "$old" ] || return 0
		for p in $old; do kill -$signal "${p%/*}"; done
		sleep 0.6 || sleep 1
	done
} 2>/dev/null

# watch_over: when the time of the whole look is long over, what still hangs is ended, again and
# again until main is through; main itself goes on to say so.
watch_over() {
	[ "$PLANNER_WATCH" = yes ] && whose && main=$SELF_ID || return 0
	(
		trap 'kill -KILL $! 2>/dev/null; exit 0' TERM
		sleep $((PLANNER_BUDGET + 3)) &
		wait $!
		trap '' TERM
		while sleep 0.1 || sleep 1; whose "${main%/*}" && [ "$SELF_ID" = "$main" ]; do
			end_all "${main%/*}"
		done
	) </dev/null >/dev/null 2>&1 &
	watch=$!
	trap 'kill -TERM $watch 2>/dev/null' EXIT
}

# whose [PID]: SELF_ID becomes PID/START of a process, of this one by default, without a new one.
whose() {
	read -r line <"/proc/${1:-self}/stat" || return 1
	SELF_ID=${line%% *}
	# shellcheck disable=SC2086 # numbers
	set -- ${line##*') '}
	SELF_ID=$SELF_ID/${20}
} 2>/dev/null

# late CODE WHAT: says so when a time limit was reached.
late() { [ "$1" -ne 124 ] && [ "$1" -ne 137 ] || state partial "time limit reached: $2"; }

notroot() { [ "$ID" -eq 0 ] || state partial "not root: $1"; }

# collecting: the time that the next section took begins here, with what it needs beforehand.
collecting() { now; SINCE=$T; }

# section NAME FUNCTION: runs it between its marks.
section() {
	now; start=${SINCE:-$T}; SINCE=
	printf '%s B %s\n' "$MARK" "$1"
	if [ "$T" -ge "$DEADLINE" ]; then
		state missing "time limit of the whole look reached"; code=124
	else
		"$2"; code=$?
		[ -z "$LACKS" ] || state partial "no$LACKS on this machine: what needs it was not seen"
		now
		[ "$T" -lt "$DEADLINE" ] || state partial "time limit of the whole look reached"
	fi
	now
	printf '%s E %s %s %s\n' "$MARK" "$1" "$code" $(((T - start) * 10))
}

# said VARIABLE-TEXT: prints what was collected before, without a line when it is empty.
said() { [ -z "$1" ] || printf '%s\n' "$1"; }

# --- network file systems are read from mountinfo and never touched -----------------------------

MOUNTS_AWK='
function plain(s) {
	gsub(/\\040/, " ", s); gsub(/\\011/, "\t", s); gsub(/\\012/, "\001", s); gsub(/\\134/, "\\", s)
	return s
}
{
	path = plain($5); type = ""
	for (i = 7; i < NF; i++) if ($i == "-") { type = $(i + 1); break }
	if (type ~ /^(nfs|nfs4|cifs|smb.*|fuse|fuse\..*|autofs|9p|ceph|gluster.*|afs|coda|lustre|beegfs.*|gfs2?|ocfs2|orangefs|ncpfs|davfs|sshfs|virtiofs|curlftpfs|acfs|gpfs|panfs|pvfs2)$/) remote[path] = 1
	else { order[++n] = path; kind[path] = type; delete remote[path] }
}
function below_remote(p,    r) {
	for (r in remote) if (p == r || index(p, r "/") == 1) return 1
	return 0
}'

remote_mounts() { awk "$MOUNTS_AWK"' END { for (r in remote) print r }' </proc/self/mountinfo 2>/dev/null; }

# Drops paths on network mounts and anything that is not a plain absolute path.
LOCAL_AWK='
BEGIN { n = split(ENVIRON["REMOTE"], list, "\n") }
function below_remote(p,    i) {
	for (i = 1; i <= n; i++) if (list[i] != "" && (p == list[i] || index(p, list[i] "/") == 1)) return 1
	return 0
}'

local_only() { awk "$LOCAL_AWK"' /^\// && !/\001/ && !below_remote($0) && !seen[$0]++'; }

# As local_only, also without folders that hold a network mount somewhere below: a walk would ask
# the mount point for its device, and may never hear back.
walkable() {
	local_only | awk "$LOCAL_AWK"'
		{ for (i = 1; i <= n; i++) if (index(list[i], $0 "/") == 1) next }
		{ print }'
}

# stat_lines: paths on standard input, one a line; type, mode, uid, gid, size, mtime, path, link.
stat_lines() {
	list=$(local_only)
	[ -n "$list" ] || return 0
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose; globbing is off
	set -- $list
	unset IFS
	if [ "$FIND" = gnu ]; then
		limit 20 find "$@" -maxdepth 0 -printf '%y\t%m\t%U\t%G\t%s\t%T@\t%p\t%l\0' 2>/dev/null | tr '\0\n' '\n\001'
	else
		limit 20 stat -c '%F|%a|%u|%g|%s|%Y|%n' -- "$@" 2>/dev/null | while IFS='|' read -r kind mode uid gid size time path; do
			case $kind in
			'regular file' | 'regular empty file') kind=f ;;
			directory) kind=d ;;
			'symbolic link') kind=l ;;
			socket) kind=s ;;
			fifo) kind=p ;;
			*special*) kind=b ;;
			*) kind=U ;;
			esac
			link=
			[ $kind != l ] || link=$(readlink -- "$path")
			printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$kind" "$mode" "$uid" "$gid" "$size" "$time" "$path" "$link"
		done
	fi
}

# As limit, for a command that reads its standard input (never the script: callers pipe into it).
limit_stdin() {
	case $TIMEOUT in
	kill) timeout -k 2 30 "$@" ;;
	plain) timeout 30 "$@" ;;
	*) "$@" ;;
	esac
}

# prepare: what this machine offers, before anything else.
prepare() {
	now
	DEADLINE=$((T + PLANNER_BUDGET * 100))
	watch_over
	ID=$(id -u)
	TIMEOUT=none
	# busybox has one that leaves the children of what it ends
	case $(timeout --help 2>&1 </dev/null) in *BusyBox*) ;; *)
	if timeout -k 1 5 true </dev/null 2>/dev/null; then TIMEOUT='kill'
	elif timeout 5 true </dev/null 2>/dev/null; then TIMEOUT=plain
	fi ;;
	esac
	FIND=plain
	[ -z "$(find /proc/self -maxdepth 0 -printf x 2>/dev/null)" ] || FIND=gnu
	LACKS=
	for tool in cat cut date find grep head id readlink sed sort tr; do
		has $tool || LACKS="$LACKS $tool"
	done
	REMOTE=$(remote_mounts); export REMOTE
}
