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

# mksh has no printf of its own, and no program takes the text of a section as an argument.
case ${KSH_VERSION-} in *'MIRBSD KSH'*)
	printf() {
		case $1 in
		'%s\n') shift; while [ $# -gt 0 ]; do print -r -- "$1"; shift; done ;;
		%s) shift; while [ $# -gt 0 ]; do print -rn -- "$1"; shift; done ;;
		*) command printf "$@" ;;
		esac
	} ;;
esac

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
		if (!index("; " reason "; ", "; " s "; ")) reason = reason == "" ? s : reason "; " s
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
	has sleep || { "$@" </dev/null; return; }
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
	if [ "$T" -lt $over ]; then
		# mksh loses a signal that comes just before it waits
		for _ in 1 2 3; do kill -TERM $guard || break; (:); done 2>/dev/null
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
# again until main is through; main itself goes on to say so. It looks every second and ends by
# itself: a trap in main would take TERM from what main has just forked.
watch_over() {
	[ "$PLANNER_WATCH" = yes ] && has sleep && whose && main=$SELF_ID || return 0
	(
		while sleep 1; whose "${main%/*}" && [ "$SELF_ID" = "$main" ]; do
			now
			[ "$T" -lt $((DEADLINE + 300)) ] || end_all "${main%/*}"
		done
	) </dev/null >/dev/null 2>&1 &
}

# whose [PID]: SELF_ID becomes PID/START of a process, of this one by default, without a new one.
whose() {
	read -r line <"/proc/${1:-self}/stat" || return 1
	SELF_ID=${line%% *}
	# shellcheck disable=SC2086 # numbers
	set -- ${line##*') '}
	SELF_ID=$SELF_ID/${20}
} 2>/dev/null

# late CODE WHAT: says so when a time limit was reached, or a program could not be started at all.
late() {
	case $1 in
	124 | 137) state partial "time limit reached: $2" ;;
	126) state partial "could not be started: $2" ;;
	esac
}

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
		[ -z "$REMOTE_CUT" ] || state partial "too many network mounts to name: whole folders that hold them were left out"
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

# Those on top alone. A kernel takes no string above 128 KiB for a program: where they are too many,
# the folders that hold them stand for them, and a line = says so.
remote_mounts() {
	awk "$MOUNTS_AWK"'
		function on_top(    r, p) {
			size = 0
			for (r in remote) {
				p = r
				while (sub(/\/[^\/]*$/, "", p) && p != "") if (p in remote) { delete remote[r]; break }
				if (r in remote) size += length(r) + 1
			}
		}
		END {
			on_top()
			while (size > 60000) {
				deeper = 0
				for (r in remote) up[r] = 1
				for (r in up) {
					p = r; sub(/\/[^\/]*$/, "", p); delete up[r]
					if (p != "") { delete remote[r]; remote[p] = 1; deeper = 1 }
				}
				on_top(); cut = 1
				if (!deeper) break
			}
			for (r in remote) print r
			if (cut) print "="
		}' </proc/self/mountinfo 2>/dev/null
}

# Drops paths on network mounts and anything that is not a plain absolute path.
LOCAL_AWK='
BEGIN { n = split(ENVIRON["REMOTE"], list, "\n"); MARK = sprintf("%c", 1) ENVIRON["PLANNER_NONCE"] }
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

# starts: folders to walk, one a line: as local_only, but in place of a folder that holds a network
# mount what lies beside the mount, and in place of a link the local folder that it leads to.
# No start is below another.
starts() {
	(
		local_only | while IFS= read -r top; do
			if [ -L "$top" ]; then
				[ -n "$(readlink "$top" | awk '{ print /^\// ? $0 : "/" }' | local_only)" ] || continue
				top=$(limit 5 readlink -f "$top" | local_only)
			fi
			case $top in /?*) ! [ -d "$top" ] || beside "$top" ;; esac
		done
	) | sort -u | awk '{ p = $0; while (sub(/\/[^\/]*$/, "", p) && p != "") if (p in had) next; had[$0] = 1; print }'
}

# beside FOLDER: itself, or what it holds but for network mounts.
beside() {
	case $NL$REMOTE in
	*"$NL$1/"*)
		set +f
		for entry in "$1"/* "$1"/.[!.]*; do
			case $NL$REMOTE$NL in *"$NL$entry$NL"*) continue ;; esac
			case ${entry##*/} in '*' | '.[!.]*') continue ;; esac
			beside "$entry"
		done
		set -f
		;;
	*) printf '%s\n' "$1" ;;
	esac
}

# PASS_AWK: what was said about a section goes on as it is.
PASS_AWK='
BEGIN { MARK = sprintf("%c", 1) ENVIRON["PLANNER_NONCE"] }
index($0, MARK) == 1 { print; next }
'

# stat_lines: paths on standard input, one a line; type, mode, uid, gid, size, mtime, path, link.
# Lines that begin with MARK go on, and one tells where not all could be asked for. Of no more paths
# at a time than fit into the arguments of a program.
stat_lines() {
	list=$(awk "$LOCAL_AWK"'
		index($0, MARK) == 1 { printf "\036%s", $0; bytes = 1000000; next }
		/^\// && !/[\001\036]/ && !below_remote($0) && !seen[$0]++ {
			bytes += length($0) + 1
			if (++count > 1000 || bytes > 100000) { printf "\036"; count = 1; bytes = length($0) + 1 }
			print
		}')
	[ -n "$list" ] || return 0
	IFS=$(printf '\036')
	# shellcheck disable=SC2086 # split at byte 036 on purpose; globbing is off
	set -- $list
	unset IFS
	now; until=$((T + 2000))
	for chunk in "$@"; do
		now
		[ "$T" -lt "$until" ] || { state partial "time limit reached: size and owner of files"; break; }
		case $chunk in
		/*) stat_some "$chunk" ;;
		"$MARK"*) printf '%s\n' "$chunk" ;;
		esac
	done
}

# stat_failed CODE END: says so where find or stat could not do its work (they give 1 for a path that
# is not there).
stat_failed() {
	case $1 in
	124 | 137) printf "%s S partial time limit reached: size and owner of files$2" "$MARK" ;;
	12[5-9] | 1[3-9]? | 2??) printf "%s S partial size and owner of files: exit status %s$2" "$MARK" "$1" ;;
	esac
}

stat_some() {
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose; globbing is off
	set -- $1
	unset IFS
	if [ "$FIND" = gnu ]; then
		{
			limit 20 find "$@" -maxdepth 0 -printf '%y\t%m\t%U\t%G\t%s\t%T@\t%p\t%l\0' 2>/dev/null
			stat_failed $? '\0'
		} | tr '\0\n' '\n\001'
	else
		{
			limit 20 stat -c '%F|%a|%u|%g|%s|%Y|%n' -- "$@" 2>/dev/null
			stat_failed $? '\n'
		} | while IFS='|' read -r kind mode uid gid size time path; do
			case $kind in
			"$MARK"*) printf '%s\n' "$kind"; continue ;;
			esac
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
	for tool in cat cut date df find grep head id ls readlink sed sleep sort tr uname; do
		has $tool || LACKS="$LACKS $tool"
	done
	REMOTE=$(remote_mounts); REMOTE_CUT=
	case $REMOTE in *"$NL=" | =) REMOTE_CUT=yes; REMOTE=${REMOTE%=} ;; esac
	export REMOTE
}
