# Units, init scripts, scheduled jobs.
# shellcheck disable=SC2016 # awk programs stand in single quotes

systemd_runs() { [ -d /run/systemd/system ]; }

# What is always told, and what is told only where it is not as systemd has it by itself.
UNIT_PROPERTIES=Id,Names,LoadState,ActiveState,SubState,UnitFileState,MainPID,FragmentPath,DropInPaths,User,Group,Type,ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic,InactiveExitTimestampMonotonic,NRestarts,Result,ControlGroup,Triggers,TriggeredBy,Requires,Wants,After,Unit,TimersCalendar,TimersMonotonic,Listen
UNIT_SETTINGS=Restart,RestartUSec,TimeoutStopUSec,WatchdogUSec,LimitNOFILE,LimitNPROC,LimitMEMLOCK,LimitCORE,LimitRTPRIO,LimitSTACK,MemoryMax,MemoryHigh,MemoryMin,MemoryLow,MemorySwapMax,MemoryLimit,CPUQuotaPerSecUSec,CPUWeight,CPUShares,AllowedCPUs,IOWeight,TasksMax,CPUAffinity,NUMAPolicy,CPUSchedulingPolicy,CPUSchedulingPriority,Nice,OOMScoreAdjust,Delegate,DynamicUser,PrivateNetwork,PrivateDevices,PrivateUsers,NetworkNamespacePath,JoinsNamespaceOf,RootDirectory,RootImage,DevicePolicy,DeviceAllow,CapabilityBoundingSet,AmbientCapabilities,NoNewPrivileges,SystemCallFilter,MemoryCurrent,MemoryPeak,MemorySwapCurrent,CPUUsageNSec,TasksCurrent,IOReadBytes,IOWriteBytes,IPIngressBytes,IPEgressBytes,NextElapseUSecRealtime,LastTriggerUSec,Paths,What,Where

UNIT_KINDS='service|socket|timer|path|mount|automount|swap|slice|scope'

# Units by name, and targets as the list itself tells them. Mounts that the kernel, containers and
# snaps make, and scopes of sessions, are not asked for: hundreds, and told elsewhere.
UNIT_NAMES_AWK='
{ u = ""; for (i = 1; i < 3 && i <= NF; i++) if ($i ~ /^[A-Za-z0-9-].*\.[a-z]+$/) { u = $i; break } }
u == "" || / not-found / || u ~ /@\.[a-z]+$/ || seen[u]++ { next }
u ~ /\.target$/ { if (NF > i + 2) print "T" u "\t" $(i + 1) "\t" $(i + 2) "\t" $(i + 3); next }
u !~ "\\.(" KINDS ")$" { next }
u ~ /^(sys|proc|dev|run|snap|var-lib-(docker|containers|containerd|kubelet|lxcfs))(-.*)?\.(mount|automount)$/ { next }
u ~ /^(session-.*|init)\.scope$/ || u ~ /^(-|system|user|machine)\.slice$/ { next }
++n > 1500 { next }
{ print u }
END { if (n > 1500) print "!" n - 1500 }'

# Blocks as they are, without settings that are none or the manager's own; slices only where something is set.
UNIT_BLOCKS_AWK='
function flush() { if (id != "" && (id !~ /\.slice$/ || set)) printf "%s\n", block; block = ""; set = 0; id = "" }
/^$/ { flush(); next }
index($0, MARK) { print; next }
/^Id=/ { id = substr($0, 4) }
/^(Requires|Wants|After)=/ {
	n = split(substr($0, length($1) + 2), w, " "); out = ""
	for (i = 1; i <= n; i++) if (w[i] ~ /\.(service|socket|timer|path)$/ && w[i] !~ /^systemd-/) out = out " " w[i]
	if (out != "") block = block $1 "=" substr(out, 2) "\n"
	next
}
{ v = substr($0, length($1) + 2) }
v == "" { next }
/^Default/ { usual[substr($1, 8)] = v; next }
index(BASE, "," $1 ",") { block = block $0 "\n"; next }
{
	if (v == usual[$1] || v == "[no data]" || v == "~" || v == "no" || v == "[not set]" || v == "18446744073709551615" || v == "n/a" || v == "(null)") next
	if (v == "infinity" && $1 !~ /^Limit(NOFILE|NPROC|MEMLOCK|RTPRIO)/) next
	if (v == "18446744073709551614") next
	if (v == "0" && $1 !~ /Current$/ || v == "auto" || $1 == "NUMAPolicy" && v == "default") next
	if ($1 == "CPUSchedulingPolicy" && v ~ /^(0|other)$/ || $1 == "RestartUSec" && v == "100ms") next
	if ($1 == "CapabilityBoundingSet" && split(v, w, " ") > LAST) next
	if ($1 ~ /^(Memory(Max|High|Min|Low|SwapMax|Limit)|CPUQuotaPerSecUSec|CPUWeight|CPUShares|AllowedCPUs|IOWeight|DevicePolicy|DeviceAllow)$/) set = 1
	if (/^(What|Where|Paths|Listen)=/) { mask_reset(); $0 = $1 "=" mask_text(v) }
	block = block $0 "\n"
}
END { flush() }'

collect_units() {
	list=$({
		limit 20 systemctl list-units --all --no-legend --no-pager --full
		said "$UNIT_FILES" | awk '$2 ~ /^enabled/ && $1 !~ /\.target$/'
	} 2>/dev/null | awk -v KINDS="$UNIT_KINDS" "$UNIT_NAMES_AWK")
	[ -n "$list" ] || return 1
	# shellcheck disable=SC2046 # unit names hold no white space
	set -- $(said "$list" | awk '!/^[T!]/ || /^T[^\t]*$/')
	{
		limit 10 systemctl show --no-pager -p DefaultLimitNOFILE,DefaultLimitNPROC,DefaultLimitMEMLOCK,DefaultLimitSTACK,DefaultTasksMax,DefaultTimeoutStopUSec,DefaultRestartUSec
		echo
		[ $# -eq 0 ] || limit 30 systemctl show --no-pager -p "$UNIT_PROPERTIES,$UNIT_SETTINGS" -- "$@"
		late $? "properties of units"
	} 2>/dev/null | awk -F= -v MARK="$MARK" -v BASE=",$UNIT_PROPERTIES," -v LAST="$(first_line /proc/sys/kernel/cap_last_cap)" "$PLANNER_MASK$UNIT_BLOCKS_AWK"
	said "$list" | awk -F "$TAB" -v MARK="$MARK" '
		/^T.*\t/ { print "\nId=" substr($1, 2) "\nLoadState=" $2 "\nActiveState=" $3 "\nSubState=" $4 }
		/^!/ { print MARK " S partial " substr($0, 2) " more units than are told" }'
}

s_units() {
	systemd_runs || { state missing "systemd does not run here"; return 1; }
	has systemctl || { state missing "systemd runs here, and there is no systemctl to ask"; return 1; }
	said "$UNITS"
	[ -n "$UNITS" ] || { state missing "systemctl gave nothing"; return 1; }
}

s_unit_files() {
	systemd_runs || { state missing "systemd does not run here"; return 1; }
	has systemctl || { state missing "systemd runs here, and there is no systemctl to ask"; return 1; }
	said "$UNIT_FILES"
	late "$UNIT_FILES_CODE" systemctl; return "$UNIT_FILES_CODE"
}

# Text of what runs, of what the boot starts and of what a timer starts.
unit_paths() {
	said "$UNITS" | awk '
		function flush() {
			if (active ~ /^(active|failed|activating|reloading)$/ || file ~ /^(enabled|generated|linked)/ || timed) {
				if (path != "") print path
				n = split(drop, w, " "); for (i = 1; i <= n; i++) print w[i]
			}
			active = file = path = drop = timed = ""
		}
		/^$/ { flush(); next }
		/^TriggeredBy=.*[.]timer/ { timed = 1 }
		/^ActiveState=/ { active = substr($0, 13) }
		/^UnitFileState=/ { file = substr($0, 15) }
		/^FragmentPath=/ { path = substr($0, 14) }
		/^DropInPaths=/ { drop = substr($0, 13) }
		END { flush() }'
}

s_unit_text() {
	systemd_runs || { state missing "systemd does not run here"; return 1; }
	has systemctl || { state missing "systemd runs here, and there is no systemctl to ask"; return 1; }
	said "$UNIT_TEXT"
}

# Init scripts: name, 1 where the machine starts it, path, runlevels.
s_sysv() {
	if systemd_runs; then state missing "systemd runs here: see units"; return 0; fi
	if [ -r /etc/rc.conf ] && [ -r /etc/defaults/rc.conf ]; then bsd_scripts; return 0; fi
	[ -d /etc/init.d ] || { state missing "no /etc/init.d"; return 1; }
	set +f
	for f in /etc/init.d/*; do
		[ -x "$f" ] && [ -f "$f" ] || continue
		n=${f##*/}; on=0; levels=
		if [ -d /etc/runlevels ]; then
			for l in /etc/runlevels/*/"$n"; do
				[ -e "$l" ] || continue
				l=${l%/*}; levels="$levels ${l##*/}"
			done
			case " $levels " in *" default "*) on=1 ;; esac
		else
			for l in /etc/rc[0-6S].d/S[0-9][0-9]"$n" /etc/rc.d/rc[0-6].d/S[0-9][0-9]"$n" /etc/init.d/rc[0-6S].d/S[0-9][0-9]"$n"; do
				[ -e "$l" ] || continue
				l=${l%.d/*}; l=${l##*/rc}
				case $levels in *"$l"*) ;; *) levels="$levels $l" ;; esac
				case $l in [2345]) on=1 ;; esac
			done
		fi
		printf '%s\t%s\t%s\t%s\n' "$n" $on "$f" "${levels# }"
	done
	set -f
}

# rc.conf of FreeBSD: what is set last counts; only what has a script.
bsd_scripts() {
	set +f
	cat /etc/defaults/rc.conf /etc/rc.conf /etc/rc.conf.local /etc/rc.conf.d/* /usr/local/etc/rc.conf.d/* 2>/dev/null | awk '
		/^[ \t]*[A-Za-z0-9_]+_enable=/ {
			n = $0; sub(/^[ \t]*/, "", n); v = n; sub(/_enable=.*/, "", n); sub(/^[^=]*=/, "", v); sub(/[ \t]*#.*/, "", v); gsub(/[\042\047]/, "", v)
			on[n] = (toupper(v) ~ /^(YES|TRUE|ON|1)[ \t]*$/)
		}
		END { for (n in on) print n "\t" on[n] }' | sort | while IFS="$TAB" read -r n on; do
		for f in "/etc/rc.d/$n" "/usr/local/etc/rc.d/$n"; do [ ! -f "$f" ] || printf '%s\t%s\t%s\t\n' "$n" "$on" "$f"; done
	done
	set -f
}

# pid_files: what stands in files of /var/run, one a line.
pid_files() {
	set +f
	set -- /var/run/*.pid /var/run/*/*.pid /var/run/*/pid /run/*.pid /run/*/*.pid
	set -f
	printf '%s\n' "$@" | stat_lines | awk -F "$TAB" "$PASS_AWK"'
		$1 != "f" || $5 > 64 || ++n > 400 { next }
		{ line = ""; if ((getline line < $7) > 0 && line ~ /^ *[0-9]+[ \t]*$/) { gsub(/[^0-9]/, "", line); p = $7; sub(/^\/run\//, "/var/run/", p); if (!seen[p]++) print "pidfile\t" p "\t" line }; close($7) }'
}

# Folders of services that runit, daemontools or s6 watch: the process by supervise/pid (runit) or
# by the little-endian number at byte 12 of supervise/status (daemontools).
supervised() {
	set +f
	for d in /etc/service/* /var/service/* /service/* /run/service/* /etc/runit/runsvdir/current/*; do
		[ -f "$d/run" ] || continue
		pid=
		if [ -f "$d/supervise/pid" ]; then read -r pid <"$d/supervise/pid"
		elif [ -f "$d/supervise/status" ]; then pid=$(limit 5 od -An -tu1 "$d/supervise/status" | awk '{ s = s " " $0 } END { n = split(s, b, " "); if (n == 18 || n == 20) printf "%d", b[13] + 256 * b[14] + 65536 * b[15] + 16777216 * b[16] }')
		fi
		on=1; [ ! -e "$d/down" ] || on=0
		printf 'supervised\t%s\t%s\t%s\t%s\n' "${d##*/}" "$d" "$on" "$pid"
	done
	set -f
} 2>/dev/null

# What another init than systemd says of itself, by reading alone: no script is asked for its
# status, since some start or stop things then.
s_inits() {
	! systemd_runs || return 0
	[ -r /proc/self/stat ] || { state missing "no init of Linux"; return 1; }
	level=
	if has runlevel; then level=$(limit 5 runlevel 2>/dev/null); level=${level#* }
	elif has who; then level=$(limit 5 who -r 2>/dev/null | awk '{ for (i = 1; i < NF; i++) if ($i ~ /run-level/) print $(i + 1) }')
	fi
	[ ! -r /run/openrc/softlevel ] || level=$(first_line /run/openrc/softlevel)
	case $level in '' | unknown | N) ;; *) printf 'runlevel\t%s\n' "$level" ;; esac
	[ ! -r /etc/inittab ] || awk "$PLANNER_MASK"'
		/^[ \t]*#/ || !/:.*:.*:/ { next }
		{
			k = $0; a = index(k, ":"); r = substr(k, a + 1); b = index(r, ":"); t = substr(r, b + 1); c = index(t, ":")
			mask_reset()
			print "inittab\t" escape(substr(k, 1, a - 1)) "\t" escape(substr(r, 1, b - 1)) "\t" escape(substr(t, 1, c - 1)) "\t" escape(mask_text(substr(t, c + 1)))
		}' /etc/inittab
	if has initctl; then
		limit 10 initctl list 2>/dev/null | awk '
			/^[^ \t].* (start|stop)\// {
				n = $1; for (i = 2; i <= NF; i++) if ($i ~ /^(start|stop)\//) break
				inst = i > 2 ? $2 : ""; gsub(/[()]/, "", inst); s = $i; sub(/,$/, "", s)
				print "upstart\t" n "\t" s "\t" ($(i + 1) == "process" ? $(i + 2) : "") "\t" inst
			}'
	fi
	set +f
	for f in /run/openrc/started/* /lib/rc/init.d/started/* /libexec/rc/init.d/started/*; do [ ! -e "$f" ] || printf 'openrc\t%s\n' "${f##*/}"; done
	set -f
	pid_files
	supervised
	notroot "some files with the numbers of processes cannot be read"
}

# Text of what other inits start: scripts that are enabled, jobs of upstart, runs of supervisors.
init_files() {
	said "$SYSV" | awk -F "$TAB" '$2 == 1 { print $3 }'
	set +f
	printf '%s\n' /etc/init/*.conf /etc/init/*.override /etc/rc.local /etc/rc.d/rc.local /etc/rc.conf /etc/rc.conf.local /etc/service/*/run /var/service/*/run /service/*/run
	set -f
}

s_init_text() { said "$INIT_TEXT"; }

# Services that inetd or xinetd start when somebody comes.
s_inetd() {
	set +f
	set -- /etc/xinetd.conf /etc/xinetd.d/* /etc/inetd.conf /etc/inetd.d/* /usr/local/etc/xinetd.d/*
	set -f
	printf '%s\n' "$@" | grep -Ev '\.(rpmsave|rpmnew|rpmorig|dpkg-[a-z]*|bak)$|~$' | carry 131072 follow
}

# Jobs that wait for at: names tell when, owners whose; the text stays.
s_at_jobs() {
	set +f
	set -- /var/spool/cron/atjobs /var/spool/at /var/spool/atjobs
	for d in "$@"; do
		[ ! -d "$d" ] || [ -r "$d" ] || state partial "not allowed to list $d"
	done
	printf '%s\n' /var/spool/cron/atjobs/[a-zA-Z=]* /var/spool/at/[a-zA-Z=]* /var/spool/atjobs/[a-zA-Z=]* | stat_lines |
		awk -F "$TAB" "$PASS_AWK"'$1 == "f" && $7 ~ /\/[A-Za-z=][0-9a-f]+$/ { print $7 "\t" $3 }'
	set -f
}

# Units of users whose own systemd runs without a login (linger): user, unit, 1 where enabled.
s_user_units() {
	systemd_runs || return 0
	set +f
	for f in /var/lib/systemd/linger/*; do
		[ -f "$f" ] || continue
		u=${f##*/}; printf 'linger\t%s\n' "$u"
		home=$(awk -F: -v u="$u" '$1 == u { print $6; exit }' /etc/passwd)
		home=$(printf '%s\n' "$home" | local_only)
		[ -n "$home" ] || { state partial "home of a lingering user is not local"; continue; }
		[ -x "$home" ] || { state partial "not allowed to look into the home of $u"; continue; }
		for g in "$home"/.config/systemd/user/*.service "$home"/.config/systemd/user/*.timer "$home"/.config/systemd/user/*.socket "$home"/.config/containers/systemd/*.*; do
			[ -f "$g" ] || continue
			n=${g##*/}; on=0
			case $g in */containers/*) on=1 ;; esac
			for w in "$home"/.config/systemd/user/*.wants/"$n"; do { [ ! -L "$w" ] && [ ! -e "$w" ]; } || on=1; done
			printf 'unit\t%s\t%s\t%s\n' "$u" "$n" $on
		done
	done
	set -f
}

s_cron() {
	set +f
	printf '%s\n' /etc/crontab /etc/anacrontab /etc/cron.d/* /var/spool/cron/* /var/spool/cron/*/* |
		grep -Ev '/\.placeholder$|/at(jobs|spool)/' | carry 524288 ''
	printf '%s\n' /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* | stat_lines | awk -F "$TAB" "$PASS_AWK"'$1 == "f" || $1 == "l" { print "F\t" $7 "\t" $2 "\t" $3 "\t" $4 "\t0\t0" }'
	set -f
	notroot "crontabs of other users cannot be read"
}

s_cron_said() { said "$CRON"; }

look_services() {
	collecting
	UNITS=; UNIT_TEXT=; UNIT_FILES=; UNIT_FILES_CODE=0; INIT_TEXT=; SYSV=
	if systemd_runs; then
		UNIT_FILES=$(limit 20 systemctl list-unit-files --no-legend --no-pager --full 2>/dev/null); UNIT_FILES_CODE=$?
		UNITS=$(collect_units)
		UNIT_TEXT=$(unit_paths | awk '!seen[$0]++' | carry 1048576 follow)
	else
		SYSV=$(s_sysv)
		INIT_TEXT=$(init_files | carry 786432 follow)
		UNIT_TEXT=$INIT_TEXT
	fi
	section units s_units
	section unit-files s_unit_files
	section unit-text s_unit_text
	section sysv s_sysv
	section inits s_inits
	section init-text s_init_text
	section inetd s_inetd
	collecting
	CRON=$(s_cron)
	JOB_SCRIPTS=$(job_scripts | awk '!seen[$0]++')
	section cron s_cron_said
	section at-jobs s_at_jobs
	section user-units s_user_units
}
