# Processes: users, arguments, environments (names only), open files, limits, what they cost.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# What a process was started with (cmdline, environ), its program and its maps are read under a
# lock of its memory. Where a thread of it waits in the kernel with that lock held, the reader waits
# too, on old kernels even after a kill, and its end of the pipe stays open. So such a read runs
# below abandon, and what reads the pipe goes until END_MARK, not until the pipe is closed.
END_MARK=$(printf '\003')$PLANNER_NONCE
CUT_MARK=$(printf '\002')$PLANNER_NONCE

# abandon SECONDS FUNCTION...: as limit, for what may never come back. 124: it did not, and is left
# behind. For a process of its own (a part of a pipeline) alone, since it sets a trap.
abandon() {
	secs=$1; shift
	now
	if [ $(((DEADLINE - T) / 100)) -lt "$secs" ]; then secs=$(((DEADLINE - T) / 100)); fi
	[ "$secs" -gt 0 ] || return 124
	has sleep || { "$@" </dev/null; return; }
	read -r me _ </proc/self/stat
	left=
	trap 'left=yes' USR1
	"$@" </dev/null &
	job=$!
	(
		# KILL: what was forked a moment ago still has the handler of the trap, and loses a TERM
		trap 'kill -KILL $! 2>/dev/null; exit 0' TERM
		sleep "$secs" &
		wait $!
		kill -USR1 "$me"
	) </dev/null >/dev/null 2>&1 &
	guard=$!
	wait $job
	code=$?
	if [ -n "$left" ]; then LEFT=yes; end_all $job itself; return 124; fi
	kill -TERM $guard
	wait $guard
	return $code
} 2>/dev/null

# Ends a stream. mawk looks at what it reads only when its buffer is full or the pipe is closed.
end_stream() {
	printf '%s\n' "$END_MARK"
	[ -z "$LEFT" ] || awk 'BEGIN { for (i = 0; i < 20000; i++) print "......................................................" }'
}

# cut_off CODE WHAT [END]: ends a record that a time limit may have cut in the middle, where a mask
# no longer sees what is a secret, and tells of it.
cut_off() {
	[ "$1" -eq 124 ] || [ "$1" -eq 137 ] || return 0
	printf "%s${3:-\\n}!%s %s${3:-\\n}" "$CUT_MARK" "$PLANNER_NONCE" "$2"
}

# Streams of PATH:TEXT (grep -H) and PATH<TAB>TARGET (find), merged by process. Of the environment
# only what stands before the first = of a record goes on; records are lines here, and a newline
# inside one is byte 1, so a value of several lines stays one record.
PROCESS_AWK='
BEGIN {
	TOLD = "!" NONCE " "
	n = split("Max open files=nofile,Max processes=nproc,Max locked memory=memlock,Max core file size=core,Max realtime priority=rtprio,Max nice priority=nice,Max stack size=stack,Max address space=as,Max file size=fsize,Max data size=data,Max msgqueue size=msgqueue", w, ",")
	for (i = 1; i <= n; i++) { split(w[i], pair, "="); limit_of[pair[1]] = pair[2]; limits[i] = pair[2] }
	limit_count = n
}
function kb(s) { sub(/[ \t].*/, "", s); return s }
function dash(s) { return s == "" ? "-" : s }
function open_file(mark, rest) {
	if (rest ~ /^\/(dev\/(null|zero|full|tty|ttyp?[0-9]*|pts\/.*|ptmx|console|random|urandom|log|shm\/.*)$|memfd:|proc\/|sys\/)/ && !(mark == "w" && rest ~ /^\/dev\/(log|shm\/)/) || rest ~ / [(]deleted[)]$/) return
	if ((pid, "w", rest) in had || (pid, mark, rest) in had) return
	had[pid, mark, rest] = 1; open[pid] = open[pid] mark " " escape(rest) "\n"
}
$0 == END_MARK { exit }
index($0, CUT_MARK) { next }
index($0, TOLD) == 1 { reason[++reasons] = substr($0, length(TOLD) + 1); next }
{
	i = index($0, ":"); t = index($0, "\t")
	if (t && (!i || t < i)) { path = substr($0, 1, t - 1); rest = substr($0, t + 1); found = 1 }
	else { path = substr($0, 1, i - 1); rest = substr($0, i + 1); found = 0 }
	reads = (found && substr(path, 1, 1) == "r"); if (reads) path = substr(path, 2)
	if (path !~ /^\/proc\/[0-9]+\//) next
	what = substr(path, 7); i = index(what, "/"); pid = substr(what, 1, i - 1); what = substr(what, i + 1)
	if (what == "status") {
		if (!(pid in known)) { known[pid] = 1; order[++count] = pid }
		i = index(rest, ":"); key = substr(rest, 1, i - 1); value = substr(rest, i + 1)
		sub(/^[ \t]+/, "", value)
		if (key == "Name") comm[pid] = value
		else if (key == "PPid") ppid[pid] = value
		else if (key == "VmRSS") rss[pid] = kb(value)
		else if (key == "CapEff") caps[pid] = value
		else if (key == "Uid" || key == "Gid") { split(value, w, /[ \t]+/); if (key == "Uid") uid[pid] = w[2]; else gid[pid] = w[2] }
		else if (key ~ /^Vm|^Huge/) more[pid, key] = kb(value)
		else { sub(/[ \t]+$/, "", value); more[pid, key] = value }
	} else if (what == "stat") {
		if (!match(rest, /.*[)] /)) next
		rest = substr(rest, RLENGTH + 1)
		if (split(rest, w, " ") < 20) next
		stat[pid] = w[1] " " w[12] " " w[13] " " w[17] " " w[18] " " w[20] " " dash(w[38]) " " dash(w[39])
	} else if (what == "limits") {
		key = substr(rest, 1, 26); sub(/ +$/, "", key)
		if (key in limit_of) { split(substr(rest, 27), w, " "); more[pid, limit_of[key]] = w[1] ":" w[2] }
	} else if (what == "cgroup") {
		if (rest ~ /^0::/) { if (!(pid in group) || group[pid] == "/") group[pid] = substr(rest, 4) }
		else if (rest ~ /:name=systemd:/) { sub(/^[^:]*:[^:]*:/, "", rest); if (rest != "/") group[pid] = rest }
		else { sub(/^[^:]*:[^:]*:/, "", rest); if (rest != "/" && !(pid in other)) other[pid] = rest }
	} else if (what == "cmdline") { arg[pid, ++args[pid]] = rest }
	else if (what == "environ") {
		i = index(rest, "=")
		if (i < 2) next
		rest = substr(rest, 1, i - 1)
		if (rest ~ /^[A-Za-z_][A-Za-z0-9_.]*$/ && length(rest) < 129 && !((pid, rest) in had)) {
			had[pid, rest] = 1; env[pid] = env[pid] "e " rest "\n"
		}
	} else if (what == "stuck") { if (!(pid in stuck)) { stuck[pid] = 1; lost++ } }
	else if (found && rest == "") next
	else if (found && what == "exe") exe[pid] = escape(rest)
	else if (found && what == "cwd") cwd[pid] = escape(rest)
	else if (found && what ~ /^fd\//) open_file(reads ? "r" : "w", rest)
	else if (found && what ~ /^ns\/(mnt|net|pid|user)$/) more[pid, what] = rest
}
END {
	# this look itself, and the shells and sudo that it came through
	mine[SELF] = 1
	for (p = ppid[SELF]; comm[p] ~ /^(sh|bash|dash|ash|busybox|sudo|su|doas|timeout|ksh|zsh)$/; p = ppid[p]) mine[p] = 1
	for (again = 1; again;) { again = 0; for (p in ppid) if (!(p in mine) && (ppid[p] in mine)) { mine[p] = 1; again = 1 } }
	print "clock " CLOCK "\nboot " BOOT
	line = ""
	for (l = 1; l <= limit_count; l++) {
		for (v in tally) delete tally[v]
		best = ""
		for (k = 1; k <= count; k++) if ((order[k] in rss) && (v = more[order[k], limits[l]]) != "") {
			tally[v]++
			if (best == "" || tally[v] > tally[best]) best = v
		}
		usual[l] = best
		if (best != "") line = line " " limits[l] "=" best
	}
	if (line != "") print "usual" line
	split("ns/mnt ns/net ns/pid ns/user", space, " ")
	for (l = 1; l <= 4; l++) { home[l] = more["1", space[l]]; if (home[l] == "") home[l] = more[SELF, space[l]] }
	for (k = 1; k <= count; k++) {
		pid = order[k]
		if (!(pid in rss) || (pid in mine)) continue
		print "P " pid "\nppid " ppid[pid] "\nuid " uid[pid] "\ngid " gid[pid] "\ncomm " comm[pid] "\ncaps " caps[pid] "\nrss " rss[pid]
		if (pid in stat) print "stat " stat[pid]
		print "mem " dash(more[pid, "VmHWM"]) " " dash(more[pid, "VmSwap"]) " " dash(more[pid, "VmLck"]) " " dash(more[pid, "HugetlbPages"])
		print "sets " dash(more[pid, "CapPrm"]) " " dash(more[pid, "CapBnd"]) " " dash(more[pid, "CapAmb"]) " " dash(more[pid, "NoNewPrivs"]) " " dash(more[pid, "Seccomp"])
		if (more[pid, "Groups"] != "") print "groups " more[pid, "Groups"]
		if (more[pid, "Cpus_allowed_list"] != more["1", "Cpus_allowed_list"]) print "cpus " more[pid, "Cpus_allowed_list"]
		line = ""
		for (l = 1; l <= limit_count; l++) { v = more[pid, limits[l]]; if (v != "" && v != usual[l]) line = line " " limits[l] "=" v }
		if (line != "") print "limits" line
		line = ""
		for (l = 1; l <= 4; l++) { v = more[pid, space[l]]; if (v != "" && home[l] != "" && v != home[l]) line = line " " v }
		if (line != "") print "ns" line
		if (!(pid in group) && (pid in other)) group[pid] = other[pid]
		if (pid in group) print "cgroup " group[pid]
		if (pid in exe) print "exe " exe[pid]
		if (pid in cwd) { mask_reset(); print "cwd " mask_text(cwd[pid]) }
		if (pid in stuck) print "stuck"
		n = args[pid] + 0
		for (z = n; z > 0 && arg[pid, z] == ""; z--) ;
		if (n - z > 1) n = z
		mask_reset()
		for (a = 1; a <= n; a++) print "a " escape(mask_arg(arg[pid, a]))
		printf "%s%s", env[pid], open[pid]
	}
	for (k = 1; k <= reasons; k++) print MARK " S partial " reason[k]
	if (lost) print MARK " S partial " lost " processes are stuck in the kernel: arguments, environments and programs of them could not be read"
}'

# Of each folder /proc/PID: what the kernel tells without the lock.
# shellcheck disable=SC2046,SC2086 # names of folders below /proc
read_status() {
	limit 15 grep -aHE '^(Name|PPid|Uid|Gid|Groups|VmRSS|VmHWM|VmSwap|VmLck|HugetlbPages|Cap(Eff|Prm|Bnd|Amb)|NoNewPrivs|Seccomp|Cpus_allowed_list):' $(printf '%s/status\n' "$@")
	cut_off $? "time limit reached: status of processes"
	limit 10 grep -aH '' $(printf '%s/stat\n' "$@")
	limit 10 grep -aH '' $(printf '%s/cgroup\n' "$@")
	limit 10 grep -aH '^Max' $(printf '%s/limits\n' "$@")
	cut_off $? "time limit reached: limits and groups of processes"
}

# Records that end with a zero byte; the newlines in them become byte 1.
# shellcheck disable=SC2046,SC2086 # names of folders below /proc
read_arguments() {
	if [ "$GREP" = gnu ]; then
		{
			limit 10 grep -azH '' $(printf '%s/cmdline\n' "$@")
			cut_off $? "time limit reached: arguments of processes" '\0'
			limit 10 grep -azH '' $(printf '%s/environ\n' "$@")
			cut_off $? "time limit reached: environments of processes" '\0'
		} | tr '\0\n' '\n\001'
	else
		for p in "$@"; do
			for f in cmdline environ; do
				[ ! -r "$p/$f" ] || { printf '\0%s %s:\0' "$PLANNER_NONCE" "$p/$f"; cat "$p/$f"; }
			done
		done | tr '\0\n' '\n\001' | awk -v NONCE="$PLANNER_NONCE" '
			{ mark = (index($0, NONCE " ") == 1) }
			held && !(mark && last == "") { print f last }
			{ held = !mark; last = $0; if (mark) f = substr($0, length(NONCE) + 2) }
			END { if (held) print f last }'
	fi
}

# Programs, folders, open files and, as root, namespaces.
# shellcheck disable=SC2046,SC2086 # names of folders below /proc
read_links() {
	spaces=; [ "$ID" -ne 0 ] || spaces=$(printf '%s/ns\n' "$@")
	if [ "$FIND" = gnu ]; then
		{
			limit 20 find $(printf '%s\n' "$@" | awk '{ print $0 "/exe\n" $0 "/cwd\n" $0 "/fd" }') $spaces -maxdepth 1 -type l \
				\( \( -name exe -o -name cwd -o -lname '/*' -perm -200 -o -name mnt -o -name net -o -name pid -o -name user \) -printf '%p\t%l\0' -o -lname '/dev/*' -printf 'r%p\t%l\0' \)
			cut_off $? "time limit reached: open files" '\0'
		} | tr '\0\n' '\n\001'
	else
		limit 15 ls -ln $(printf '%s/exe\n' "$@") $(printf '%s/cwd\n' "$@") | awk '
			/^l/ { i = index($0, " /proc/"); j = index($0, " -> "); if (i && j > i) print substr($0, i + 1, j - i - 1) "\t" substr($0, j + 4) }'
		limit 20 ls -ln $(printf '%s/fd\n' "$@") $spaces /proc/self/fd | awk '
			/^\/proc\/[0-9]+\/(fd|ns):$/ { p = substr($0, 1, length($0) - 1); next }
			/^\/proc\/self/ { p = "" }
			{ j = index($0, " -> ") } !/^l/ || !j || p == "" { next }
			{ n = substr($0, 1, j - 1); sub(/.* /, "", n); t = substr($0, j + 4) }
			n ~ /^(mnt|net|pid|user)$/ { print p "/" n "\t" t; next }
			/^l.w/ && t ~ /^\// { print p "/" n "\t" t; next }
			t ~ /^\/dev\// { print "r" p "/" n "\t" t }'
		cut_off $? "time limit reached: open files"
	fi
}

# read_details SECONDS FOLDER...: all that a stuck process may keep.
read_details() {
	most=$1; shift
	abandon "$most" read_arguments "$@" || cut_off $? "time limit reached: arguments and environments of processes"
	abandon "$most" read_links "$@" || cut_off $? "time limit reached: programs and open files of processes"
}

# Folders of processes of which a thread waits in the kernel just now (state D). Kernel threads
# have no memory of their own and are not meant.
waiting() {
	set +f
	printf '%s\n' /proc/[0-9]*/task/[0-9]*/stat | limit_stdin xargs grep -aHE '[)] D [0-9]' |
		awk '{ p = $0; sub(/\/task\/.*/, "", p); sub(/.*[)] D /, ""); if ($1 != 2 && !seen[p]++) print p }'
}

# without LIST: folders on standard input that are not in it.
without() { LIST=$1 awk 'BEGIN { n = split(ENVIRON["LIST"], w, "\n"); for (i = 1; i <= n; i++) gone[w[i]] = 1 } !($0 in gone)'; }

# shellcheck disable=SC2046,SC2086 # names of folders below /proc
process_stream() {
	LEFT=
	set +f
	set -- /proc/[0-9]*
	read_status "$@"
	slow=$(waiting)
	[ -z "$slow" ] || set -- $(printf '%s\n' "$@" | without "$slow")
	read_details 25 "$@"
	if [ -n "$slow" ]; then
		still=$(waiting)
		set -- $(said "$slow" | without "$still")
		[ $# -eq 0 ] || read_details 10 "$@"
		tries=0; fails=0
		for folder in $(said "$slow" | without "$(said "$slow" | without "$still")"); do
			tries=$((tries + 1))
			if [ $tries -le 40 ] && [ $fails -lt 3 ]; then
				abandon 3 read_arguments "$folder" && abandon 3 read_links "$folder" && continue
				fails=$((fails + 1))
			fi
			printf '%s\n%s/stuck:\n' "$CUT_MARK" "$folder"
		done
	fi
	set -f
	end_stream
} 2>/dev/null

# Where there is no /proc of Linux: what ps tells. Arguments are split at blanks.
PS_AWK='
{
	pid = $1
	if (pid == SELF || $2 == SELF || NF < 7) next
	line = $0; for (i = 1; i <= 6; i++) sub(/^[ \t]*[^ \t]+/, "", line)
	print "P " pid "\nppid " $2 "\nuid " $3 "\ngid " $4 "\ncomm " $6 "\nrss " $5
	n = split(line, w, " ")
	if (w[1] ~ /^\//) print "exe " escape(w[1])
	mask_reset()
	if (line !~ /^[ \t]*\[.*\]$/) for (i = 1; i <= n; i++) print "a " escape(mask_arg(w[i]))
}'

collect_processes() {
	if [ -r /proc/self/stat ]; then
		process_stream | awk -v SELF="$$" -v NONCE="$PLANNER_NONCE" -v MARK="$MARK" -v END_MARK="$END_MARK" -v CUT_MARK="$CUT_MARK" \
			-v CLOCK="$(getconf CLK_TCK 2>/dev/null || echo 100)" -v BOOT="$(awk '$1 == "btime" { print $2 }' /proc/stat)" "$PLANNER_MASK$PROCESS_AWK"
	else
		limit 15 ps -axww -o pid= -o ppid= -o uid= -o rgid= -o rss= -o ucomm= -o command= 2>/dev/null |
			awk -v SELF="$$" "$PLANNER_MASK$PS_AWK"
	fi
}

s_processes() {
	said "$PROCESSES"
	[ -n "$PROCESSES" ] || { state missing "neither /proc nor ps gave processes"; return 1; }
	[ -r /proc/self/stat ] || { state partial "no /proc as of Linux: users, arguments (split at blanks) and memory are known, nothing else"; return 0; }
	notroot "programs, folders, environments and open files are known for own processes only"
	case $HIDEPID in *hidepid=[1-9i]*) notroot "/proc hides the processes of others" ;; esac
}

# Files that are mapped into memory: libraries, archives of Java, what was deleted or replaced since
# (its process wants a restart), and what is written to through memory. Paths with the same
# processes stand behind one line of these: G PIDS, then M FLAGS PATH (d: deleted, w: written to).
MAPPED_AWK='
$0 == END_MARK { exit }
index($0, CUT_MARK) { next }
index($0, "!" NONCE " ") == 1 { reason[++reasons] = substr($0, length(NONCE) + 3); next }
{
	i = index($0, ":"); pid = substr($0, 7, i - 7); sub(/\/.*/, "", pid)
	line = substr($0, i + 1); j = index(line, " /"); if (!j) next
	split(line, w, " "); path = substr(line, j + 1); flags = ""
	if (path ~ / [(]deleted[)]$/) { flags = "d"; path = substr(path, 1, length(path) - 10) }
	if (w[2] ~ /^.w.s/) flags = flags "w"
	if (path ~ /^\/(memfd:|SYSV|dev\/zero|dev\/shm\/|\[aio\]|i915)/ || flags == "" && path !~ /\.(so|jar)$|\.so[.0-9a-z-]*$/) next
	if (flags ~ /d/ && flags !~ /w/ && w[2] !~ /x/ && path !~ /\.jar$/) next
	if (last[path, flags] == pid) next
	last[path, flags] = pid
	if (!((path, flags) in who)) { if (count >= 5000) { more = 1; next } paths[++count] = path; flag[count] = flags }
	who[path, flags] = who[path, flags] " " pid
}
END {
	for (k = 1; k <= count; k++) { w2 = who[paths[k], flag[k]]; if (!(w2 in number)) { number[w2] = ++groups; set[groups] = w2 } of[number[w2]] = of[number[w2]] " " k }
	for (g = 1; g <= groups; g++) {
		bytes += length(set[g])
		if (bytes > 1048576) { more = 1; break }
		print "G" set[g]
		n = split(of[g], w, " ")
		for (k = 1; k <= n; k++) print "M " (flag[w[k]] == "" ? "-" : flag[w[k]]) " " paths[w[k]]
	}
	for (k = 1; k <= reasons; k++) print MARK " S partial " reason[k]
	if (more) print MARK " S partial more mapped files than are told"
}'

read_maps() {
	limit 15 grep -aHE ' r-xp .*\.so| ..-. .*(\.jar$|/.* [(]deleted[)]$)| .w.s .* /' "$@"
	cut_off $? "time limit reached: mapped files"
}

# shellcheck disable=SC2046,SC2086 # names of folders below /proc
mapped_stream() {
	LEFT=
	set -- $(said "$PROCESSES" | awk '/^P / { if (pid != "") print "/proc/" pid "/maps"; pid = $2 } /^stuck$/ { pid = "" } END { if (pid != "") print "/proc/" pid "/maps" }')
	[ $# -eq 0 ] || abandon 20 read_maps "$@" || cut_off $? "time limit reached: mapped files"
	end_stream
} 2>/dev/null

s_mapped() {
	[ -r /proc/self/maps ] || { state missing "no /proc as of Linux"; return 1; }
	said "$MAPPED_TEXT"
	case $PROCESSES in *"${NL}stuck$NL"*) state partial "mapped files of processes that are stuck were not read" ;; esac
	notroot "mapped files are known for own processes only"
}

look_processes() {
	collecting
	PROCESSES=$(collect_processes)
	section processes s_processes
	collecting
	MAPPED_TEXT=; MAPPED=
	if [ -r /proc/self/maps ]; then
		MAPPED_TEXT=$(mapped_stream | awk -v NONCE="$PLANNER_NONCE" -v MARK="$MARK" -v END_MARK="$END_MARK" -v CUT_MARK="$CUT_MARK" "$MAPPED_AWK")
		MAPPED=$(said "$MAPPED_TEXT" | awk '/^M [^d ]* \// { print substr($0, index($0, " /") + 1) }')
	fi
	section mapped s_mapped
}
