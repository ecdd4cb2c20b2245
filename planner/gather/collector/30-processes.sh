# Processes: users, arguments, environments (names only), open files.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# Streams of PATH:TEXT (grep -H) and PATH<TAB>TARGET (find), merged by process. Of the environment
# only what stands before the first = of a record goes on; records are lines here, and a newline
# inside one is byte 1, so a value of several lines stays one record.
PROCESS_AWK='
function pid_of(p) { sub(/^\/proc\//, "", p); sub(/\/.*/, "", p); return p }
{
	i = index($0, ":"); t = index($0, "\t")
	if (t && (!i || t < i)) { path = substr($0, 1, t - 1); rest = substr($0, t + 1); found = 1 }
	else { path = substr($0, 1, i - 1); rest = substr($0, i + 1); found = 0 }
	if (path !~ /^\/proc\/[0-9]+\//) next
	pid = pid_of(path); what = path; sub(/^\/proc\/[0-9]+\//, "", what)
	if (what == "status") {
		if (!(pid in known)) { known[pid] = 1; order[++count] = pid }
		i = index(rest, ":"); key = substr(rest, 1, i - 1); value = substr(rest, i + 1)
		sub(/^[ \t]+/, "", value)
		if (key == "Name") comm[pid] = value
		else if (key == "PPid") ppid[pid] = value
		else if (key == "VmRSS") { sub(/[ \t].*/, "", value); rss[pid] = value }
		else if (key == "CapEff") caps[pid] = value
		else { split(value, w, /[ \t]+/); if (key == "Uid") uid[pid] = w[2]; else gid[pid] = w[2] }
	} else if (what == "cgroup") {
		if (rest ~ /^0::/) { if (!(pid in group) || group[pid] == "/") group[pid] = substr(rest, 4) }
		else if (rest ~ /:name=systemd:/) { sub(/^[^:]*:[^:]*:/, "", rest); if (rest != "/") group[pid] = rest }
	} else if (what == "cmdline") { arg[pid, ++args[pid]] = rest }
	else if (what == "environ") {
		i = index(rest, "=")
		if (i < 2) next
		rest = substr(rest, 1, i - 1)
		if (rest ~ /^[A-Za-z_][A-Za-z0-9_.]*$/ && length(rest) < 129 && !((pid, rest) in had)) {
			had[pid, rest] = 1; env[pid] = env[pid] "e " rest "\n"
		}
	} else if (found && what == "exe") exe[pid] = escape(rest)
	else if (found && what == "cwd") cwd[pid] = escape(rest)
	else if (found && what ~ /^fd\//) {
		if (rest ~ /^\/(dev\/(null|zero|full|tty|ttyp?[0-9]*|pts\/.*|ptmx|console|random|urandom)$|memfd:|proc\/|sys\/)/ || rest ~ / [(]deleted[)]$/) next
		if (!((pid, "w", rest) in had)) { had[pid, "w", rest] = 1; open[pid] = open[pid] "w " escape(rest) "\n" }
	}
}
END {
	# this look itself, and the shells and sudo that it came through
	mine[SELF] = 1
	for (p = ppid[SELF]; comm[p] ~ /^(sh|bash|dash|ash|busybox|sudo|su|doas|timeout|ksh|zsh)$/; p = ppid[p]) mine[p] = 1
	for (more = 1; more;) { more = 0; for (p in ppid) if (!(p in mine) && (ppid[p] in mine)) { mine[p] = 1; more = 1 } }
	for (k = 1; k <= count; k++) {
		pid = order[k]
		if (!(pid in rss) || (pid in mine)) continue
		print "P " pid "\nppid " ppid[pid] "\nuid " uid[pid] "\ngid " gid[pid] "\ncomm " comm[pid] "\ncaps " caps[pid] "\nrss " rss[pid]
		if (pid in group) print "cgroup " group[pid]
		if (pid in exe) print "exe " exe[pid]
		if (pid in cwd) print "cwd " cwd[pid]
		n = args[pid] + 0
		for (z = n; z > 0 && arg[pid, z] == ""; z--) ;
		if (n - z > 1) n = z
		mask_reset()
		for (a = 1; a <= n; a++) print "a " escape(mask_arg(arg[pid, a]))
		printf "%s%s", env[pid], open[pid]
	}
}'

process_stream() {
	set +f
	limit 10 grep -aHE '^(Name|PPid|Uid|Gid|VmRSS|CapEff):' /proc/[0-9]*/status
	limit 10 grep -aH '' /proc/[0-9]*/cgroup
	if [ "$GREP" = gnu ]; then
		{
			limit 10 grep -azH '' /proc/[0-9]*/cmdline
			limit 10 grep -azH '' /proc/[0-9]*/environ
		} | tr '\0\n' '\n\001'
	else
		for p in /proc/[0-9]*; do
			for f in cmdline environ; do
				[ -r "$p/$f" ] && tr '\0\n' '\n\001' <"$p/$f" | awk -v f="$p/$f:" '{ print f $0 }'
			done
		done
	fi
	if [ "$FIND" = gnu ]; then
		limit 15 find /proc/[0-9]*/exe /proc/[0-9]*/cwd /proc/[0-9]*/fd -maxdepth 1 -type l \( -name exe -o -name cwd -o -lname '/*' -perm -200 \) -printf '%p\t%l\0' | tr '\0\n' '\n\001'
	else
		limit 15 ls -l /proc/[0-9]*/exe /proc/[0-9]*/cwd | awk '
			/^l/ { i = index($0, " /proc/"); j = index($0, " -> "); if (i && j > i) print substr($0, i + 1, j - i - 1) "\t" substr($0, j + 4) }'
		for p in /proc/[0-9]*; do
			limit 5 ls -l "$p/fd" | awk -v p="$p/fd/" '/^l.w/ { j = index($0, " -> /"); if (j) { n = substr($0, 1, j - 1); sub(/.* /, "", n); print p n "\t" substr($0, j + 4) } }'
		done
	fi
	set -f
} 2>/dev/null

collect_processes() { process_stream | awk -v SELF="$$" "$PLANNER_MASK$PROCESS_AWK"; }

s_processes() {
	said "$PROCESSES"
	[ -n "$PROCESSES" ] || { state missing "/proc gave no processes"; return 1; }
	notroot "programs, folders, environments and open files are known for own processes only"
	case $HIDEPID in *hidepid=[1-9i]*) notroot "/proc hides the processes of others" ;; esac
}

look_processes() {
	collecting
	PROCESSES=$(collect_processes)
	section processes s_processes
}
