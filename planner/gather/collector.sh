# What one machine says about itself, in one look. Comes behind common.sh. Sections and their
# formats are those that planner/facts reads.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# Text of configuration is carried; keys, archives and databases are not, nor what deny.awk names.
DENY_AWK='
function denied(p,    b) {
	b = tolower(p); sub(/.*\//, "", b)
	if (deny_reason(p) != "") return 1
	if (p ~ /^\/etc\/(machine-id|passwd|group|subuid|subgid)-?$/ || p ~ /^\/etc\/(ssl|pki)\/certs\//) return 1
	return b ~ /\.(pem|crt|cer|der|gpg|asc|db|sqlite3?|gz|xz|bz2|zip|jar|so|pyc|cache|bin|ttf|png|mo|swp)$/
}'

# carry: paths on standard input (one a line, dangerous ones already dropped); multi-file format.
# $1: bytes in all. Follows no link unless $2 is "follow" (unit files live behind links).
CARRY_AWK='
BEGIN { FS = "\t"; FILE_LIMIT = 262144 }
{
	path = $7
	if (path ~ /[\t\001]/ || $5 + 0 > 4 * FILE_LIMIT && !($5 + 0 <= 0)) big = 1; else big = 0
	mask_reset(); MASKED = 0; bytes = 0; cut = 0; n = 0; binary = 0; opened = 0
	while ((r = (getline line < path)) > 0) {
		opened = 1
		if (line ~ /[\001-\010\016-\032\034-\037]/) { binary = 1; break }
		bytes += length(line) + 1
		if (bytes > FILE_LIMIT || total + bytes > TOTAL) { cut = 1; break }
		text[++n] = mask_text(line)
	}
	close(path)
	if (binary) next
	if (r < 0 && !opened) { unreadable++; next }
	total += bytes
	print "F\t" escape(path) "\t" $2 "\t" $3 "\t" $4 "\t" MASKED "\t" cut
	for (i = 1; i <= n; i++) print "|" text[i]
}
END { if (unreadable) printf "%s S partial %d files could not be read\n", MARK, unreadable }'

carry() {
	stat_lines | awk -v kinds="$2" -F "$TAB" '$1 == "f" || ($1 == "l" && kinds == "follow")' |
		limit_stdin awk -v TOTAL="$1" -v MARK="$MARK" "$PLANNER_MASK$CARRY_AWK"
	late $? "text of files"
}

# --- what the machine is -------------------------------------------------------------------------

first_line() { line=; [ -r "$1" ] && read -r line <"$1"; printf '%s' "$line"; } 2>/dev/null

s_identity() {
	echo "hostname=$(first_line /proc/sys/kernel/hostname)"
	echo "machine_id=$(first_line /etc/machine-id)"
	echo "uid=$ID"
	echo "user=$(id -un 2>/dev/null)"
	echo "login=${SUDO_USER:-$(id -un 2>/dev/null)}"
	echo "utc=$(date -u +%Y-%m-%dT%H:%M:%SZ)"
	echo "boot=$(awk '$1 == "btime" { print $2 }' /proc/stat 2>/dev/null)"
}

s_os_release() {
	for f in /etc/os-release /usr/lib/os-release; do
		if [ -r $f ]; then cat $f; return; fi
	done
	for f in /etc/redhat-release /etc/SuSE-release /etc/alpine-release /etc/debian_version /etc/arch-release; do
		if [ -r $f ]; then echo "FALLBACK=$f"; cat $f; return; fi
	done
	state missing "no os-release and no other release file"; return 1
}

s_uname() { uname -s; uname -r; uname -m; }

s_file() {
	if [ -r "$1" ]; then cat "$1"
	elif [ -e "$1" ]; then state missing "not allowed to read $1"; return 1
	else state missing "no $1"; return 1
	fi
}
s_cmdline() { s_file /proc/cmdline | awk "$PLANNER_MASK"'{ print mask_text($0) }'; }
s_meminfo() { s_file /proc/meminfo; }
s_mountinfo() { s_file /proc/self/mountinfo | awk "$PLANNER_MASK"'{ print mask_text($0) }'; }
s_hosts() { s_file /etc/hosts; }

s_virt() {
	if has systemd-detect-virt; then limit 10 systemd-detect-virt; return 0; fi
	if [ -r /sys/class/dmi/id/sys_vendor ]; then
		echo "dmi:$(first_line /sys/class/dmi/id/sys_vendor)/$(first_line /sys/class/dmi/id/product_name)"
	elif [ -r /proc/cpuinfo ] && ! grep -q '^flags.* hypervisor' /proc/cpuinfo; then echo none
	else state missing "no systemd-detect-virt and no DMI data"; return 1
	fi
}

s_init() {
	s_file /proc/1/comm
	readlink /proc/1/exe 2>/dev/null || notroot "the program of process 1 cannot be read"
}

s_cpu() { getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo; }

s_pci() {
	if [ ! -d /sys/bus/pci/devices ]; then state missing "no /sys/bus/pci"; return 1; fi
	set +f
	for d in /sys/bus/pci/devices/*; do
		[ -r "$d/class" ] || continue
		read -r class <"$d/class"; read -r vendor <"$d/vendor"; read -r device <"$d/device"
		driver=
		for b in /sys/bus/pci/drivers/*/"${d##*/}"; do
			[ -e "$b" ] && driver=${b%/*} && driver=${driver##*/}
		done
		printf '%s\t%s\t%s\t%s\t%s\n' "${d##*/}" "${class#0x}" "${vendor#0x}" "${device#0x}" "$driver"
	done
	set -f
}

s_usb() {
	if [ ! -d /sys/bus/usb/devices ]; then
		[ -d /sys/bus ] || { state missing "no /sys/bus"; return 1; }
		return 0
	fi
	set +f
	for d in /sys/bus/usb/devices/*; do
		[ -r "$d/idVendor" ] || continue
		read -r vendor <"$d/idVendor"; read -r product <"$d/idProduct"
		printf '%s\t%s\t%s\n' "$vendor" "$product" "$(first_line "$d/product")"
	done
	set -f
}

s_modules() {
	if [ ! -r /proc/modules ]; then
		# A kernel that was built without modules has no such file, and nothing is loaded.
		if [ -r /proc/self/mountinfo ] && [ ! -e /proc/modules ]; then return 0; fi
		state missing "no /proc/modules"; return 1
	fi
	while read -r name _; do
		taint=
		[ ! -r "/sys/module/$name/taint" ] || read -r taint <"/sys/module/$name/taint"
		printf '%s\t%s\n' "$name" "$taint"
	done </proc/modules
}

s_df() {
	list=$(awk "$MOUNTS_AWK"'
		END {
			for (i = 1; i <= n; i++) {
				p = order[i]
				if (kind[p] ~ /^(proc|sysfs|cgroup2?|devpts|devtmpfs|tmpfs|ramfs|securityfs|debugfs|tracefs|pstore|bpf|mqueue|hugetlbfs|configfs|fusectl|binfmt_misc|rpc_pipefs|nfsd|nsfs|efivarfs|selinuxfs|squashfs|iso9660)$/) continue
				if (p ~ /\001/ || below_remote(p) || done[p]++) continue
				print p
			}
		}' </proc/self/mountinfo)
	[ -n "$list" ] || { state missing "no local file system in mountinfo"; return 1; }
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $list
	unset IFS
	text=$(limit 15 df -kP "$@" 2>/dev/null); code=$?
	said "$text" | awk 'NR > 1 && $NF !~ /^\/(etc\/(hosts|hostname|resolv.conf))$/'
	late $code df
	return $code
}

s_addresses() {
	if has ip; then limit 10 ip -o addr show
	elif has ifconfig; then echo ifconfig; limit 10 ifconfig -a
	else state missing "neither ip nor ifconfig"; return 1
	fi
}

s_passwd() { awk -F: 'NF > 6 { print $1 ":" $3 ":" $4 ":" $6 ":" $7 }' /etc/passwd; }
s_group() { awk -F: 'NF > 3 { print $1 ":" $3 ":" $4 }' /etc/group; }

# --- processes -------------------------------------------------------------------------------------

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

SOCKETS_AWK='!(NR == 1 && /^(Netid|State|Recv-Q)/)'

s_listeners() {
	if has ss; then
		text=$(limit 15 ss -t -u -l -n -p 2>/dev/null); code=$?
		[ -z "$text" ] || printf '%s\n' "$text" | awk "$SOCKETS_AWK"
	elif has netstat; then
		echo netstat; limit 15 netstat -tulnp 2>/dev/null; code=$?
	else state missing "neither ss nor netstat"; return 1
	fi
	late $code "list of sockets"
	notroot "which process a socket belongs to is known for own processes only"
	return $code
}

s_connections() {
	has ss || { state missing "no ss"; return 1; }
	text=$(limit 15 ss -t -n -p state established 2>/dev/null); code=$?
	[ -z "$text" ] || printf '%s\n' "$text" | awk "$SOCKETS_AWK"
	late $code "list of connections"
	notroot "which process a connection belongs to is known for own processes only"
	return $code
}

# --- services ------------------------------------------------------------------------------------

systemd_runs() { [ -d /run/systemd/system ] && has systemctl; }

UNIT_PROPERTIES=Id,Names,LoadState,ActiveState,SubState,UnitFileState,MainPID,FragmentPath,DropInPaths,User,Group,Type,ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic,InactiveExitTimestampMonotonic,NRestarts,Result,ControlGroup,Triggers,TriggeredBy,Requires,Wants,After,Unit,TimersCalendar,TimersMonotonic,Listen

collect_units() {
	list=$({
		limit 20 systemctl list-units --all --type=service --type=socket --type=timer --no-legend --no-pager --full
		limit 20 systemctl list-unit-files --type=service --type=socket --type=timer --no-legend --no-pager --full | awk '$2 ~ /^enabled/'
	} 2>/dev/null | awk '
		{ u = ""; for (i = 1; i < 3 && i <= NF; i++) if ($i ~ /^[A-Za-z0-9].*\.(service|socket|timer)$/) { u = $i; break } }
		u != "" && $0 !~ / not-found / && u !~ /@\.[a-z]+$/ && !seen[u]++ { print u }')
	[ -n "$list" ] || return 1
	# shellcheck disable=SC2086 # unit names hold no white space
	limit 30 systemctl show --no-pager -p "$UNIT_PROPERTIES" $list 2>/dev/null | awk -F= '
		/^(Requires|Wants|After)=/ {
			n = split(substr($0, length($1) + 2), w, " "); out = ""
			for (i = 1; i <= n; i++) if (w[i] ~ /\.(service|socket|timer|path)$/ && w[i] !~ /^systemd-/) out = out " " w[i]
			print $1 "=" substr(out, 2); next
		}
		{ print }'
}

s_units() {
	systemd_runs || { state missing "systemd does not run here"; return 1; }
	said "$UNITS"
	[ -n "$UNITS" ] || { state missing "systemctl gave nothing"; return 1; }
}

s_unit_files() {
	systemd_runs || { state missing "systemd does not run here"; return 1; }
	limit 20 systemctl list-unit-files --no-legend --no-pager --full
	code=$?; late $code systemctl; return $code
}

unit_paths() {
	said "$UNITS" | awk '
		function flush() {
			if (active ~ /^(active|failed|activating|reloading)$/ || file ~ /^(enabled|generated|linked)/) {
				if (path != "") print path
				n = split(drop, w, " "); for (i = 1; i <= n; i++) print w[i]
			}
			active = file = path = drop = ""
		}
		/^$/ { flush(); next }
		/^ActiveState=/ { active = substr($0, 13) }
		/^UnitFileState=/ { file = substr($0, 15) }
		/^FragmentPath=/ { path = substr($0, 14) }
		/^DropInPaths=/ { drop = substr($0, 13) }
		END { flush() }'
}

s_unit_text() {
	systemd_runs || { state missing "systemd does not run here"; return 1; }
	said "$UNIT_TEXT"
}

s_sysv() {
	if systemd_runs; then state missing "systemd runs here: see units"; return 0; fi
	if has rc-update; then
		limit 10 rc-update show default 2>/dev/null | awk '{ print $1 "\t1" }'
		return 0
	fi
	[ -d /etc/init.d ] || { state missing "no /etc/init.d"; return 1; }
	set +f
	for f in /etc/init.d/*; do
		[ -x "$f" ] && [ -f "$f" ] || continue
		n=${f##*/}; on=0
		for l in /etc/rc[2345].d/S[0-9][0-9]"$n" /etc/rc.d/rc[2345].d/S[0-9][0-9]"$n"; do [ ! -e "$l" ] || on=1; done
		printf '%s\t%s\n' "$n" $on
	done
	set -f
}

s_cron() {
	set +f
	printf '%s\n' /etc/crontab /etc/anacrontab /etc/cron.d/* /var/spool/cron/* /var/spool/cron/*/* |
		grep -v '/\.placeholder$' | carry 524288 ''
	printf '%s\n' /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* | stat_lines | awk -F "$TAB" '$1 == "f" || $1 == "l" { print "F\t" $7 "\t" $2 "\t" $3 "\t" $4 "\t0\t0" }'
	set -f
	notroot "crontabs of other users cannot be read"
}

# --- packages and configuration ------------------------------------------------------------------

s_dpkg() {
	[ -n "$DPKG" ] || { state missing "no dpkg here"; return 1; }
	said "$DPKG_LIST"
}

s_apt_auto() {
	[ -n "$DPKG" ] || { state missing "no dpkg here"; return 1; }
	s_file /var/lib/apt/extended_states | awk "-vMARK=$MARK" '
		index($0, MARK) == 1 { print; next }
		/^Package:/ { p = $2 }
		/^Auto-Installed: 1/ { print p }'
}

# Packages of repositories other than the distribution's own, from the lists that apt keeps.
s_apt_origins() {
	[ -n "$DPKG" ] || { state missing "no dpkg here"; return 1; }
	set +f
	found=
	for f in /var/lib/apt/lists/*Release; do
		[ -r "$f" ] || continue
		found=1
		origin=$(grep -m 1 '^Origin:' "$f"); origin=${origin#Origin: }
		case $origin in Debian | Ubuntu | 'Debian Backports' | Raspbian) continue ;; esac
		base=${f%InRelease}; base=${base%Release}
		for p in "$base"*Packages; do
			[ -r "$p" ] || continue
			said "$DPKG_LIST" | awk -F "$TAB" -v o="$origin ${base##*/}" '
				FILENAME == "-" { have[$1] = 1; next }
				/^Package: / { n = substr($0, 10); if ((n in have) && !done[n]++) print n "\t" o }' - "$p"
		done
	done
	set -f
	[ -n "$found" ] || { state missing "apt keeps no lists here"; return 1; }
}

s_rpm() {
	[ -n "$RPM" ] || { state missing "no rpm here"; return 1; }
	limit 40 rpm -qa --qf '%{NAME}\t%{EPOCH}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{VENDOR}\t%{SOURCERPM}\n' 2>/dev/null
	code=$?; late $code rpm; return $code
}

s_apk() {
	has apk || { state missing "no apk here"; return 1; }
	limit 20 apk info -v 2>/dev/null
}

wanted_owners() {
	{
		said "$PROCESSES" | awk '/^exe / { p = substr($0, 5); sub(/ [(]deleted[)]$/, "", p); print p }'
		said "$UNITS" | awk '/^FragmentPath=\// { print substr($0, 14) }'
		set +f
		for d in /etc/*/; do d=${d%/}; [ -L "$d" ] || printf '%s\n' "$d"; done
		set -f
	} | awk '/^\// && !/\\/ && !seen[$0]++'
}

# One pass over dpkg's lists: O path package for what is wanted, C path for all below /etc.
dpkg_owners() {
	set +f
	wanted_owners | limit_stdin awk '
		function other(p) {
			if (p ~ /^\/usr\/(bin|sbin|lib|lib32|lib64|libx32)\//) return substr(p, 5)
			if (p ~ /^\/(bin|sbin|lib|lib32|lib64|libx32)\//) return "/usr" p
			return ""
		}
		FILENAME == "-" { want[$0] = $0; o = other($0); if (o != "") want[o] = $0; all[$0] = 1; next }
		FNR == 1 { pkg = FILENAME; sub(/.*\//, "", pkg); sub(/\.list$/, "", pkg); sub(/:.*/, "", pkg) }
		/^\/etc\// { print "C\t" $0 }
		($0 in want) && !((want[$0], pkg) in told) {
			told[want[$0], pkg] = 1
			p = want[$0]
			if (owner[p] == "") owner[p] = pkg; else owner[p] = owner[p] ", " pkg
		}
		END { for (p in all) print "O\t" p "\t" owner[p] }' - /var/lib/dpkg/info/*.list
	set -f
}

rpm_owners() {
	list=$(wanted_owners | local_only)
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $list
	unset IFS
	[ $# -gt 0 ] || return 0
	{ said "$list"; echo; limit 30 rpm -qf --qf '%{NAME}\n' "$@" 2>&1; } | awk '
		!split_at { if ($0 == "") split_at = 1; else path[++n] = $0; next }
		{ if ($0 ~ / /) $0 = ""; if (++k <= n) print "O\t" path[k] "\t" $0 }'
}

apk_owners() {
	list=$(wanted_owners | local_only)
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $list
	unset IFS
	[ $# -gt 0 ] || return 0
	{ said "$list"; echo; limit 20 apk info -W "$@" 2>/dev/null; } | awk '
		!split_at { if ($0 == "") split_at = 1; else all[$0] = 1; next }
		/ is owned by / { p = $0; sub(/ is owned by .*/, "", p); o = $0; sub(/.* is owned by /, "", o); sub(/-[0-9][^-]*-r[0-9]+$/, "", o); owner[p] = o }
		END { for (p in all) print "O\t" p "\t" owner[p] }'
}

collect_owned() {
	if [ -n "$DPKG" ]; then dpkg_owners
	elif [ -n "$RPM" ]; then rpm_owners
	elif has apk; then apk_owners
	fi
}

s_owners() {
	[ -n "$OWNED" ] || { state missing "no package manager that is known here"; return 1; }
	said "$OWNED" | awk -F "$TAB" '$1 == "O" { print $2 "\t" $3 }' | sort
}

# Lines of /etc: type, mode, uid, gid, size, mtime, path, link; the noise left out.
etc_files() {
	if [ "$FIND" = gnu ]; then
		limit 20 find /etc -xdev ! -type d -printf '%y\t%m\t%U\t%G\t%s\t%T@\t%p\t%l\0' 2>/dev/null | tr '\0\n' '\n\001'
	else
		limit 20 find /etc -xdev ! -type d 2>/dev/null | stat_lines
	fi | awk -F "$TAB" '
		$7 ~ /^\/etc\/(ssl\/certs|alternatives|rc[0-9S]\.d|rc\.d\/rc[0-9]\.d|runlevels|ca-certificates\/update\.d|dpkg\/.*\.d\/\.|\.git|selinux\/[^\/]*\/(policy|active|contexts))\// { next }
		$7 ~ /^\/etc\/(ld\.so\.cache|\.pwd\.lock|machine-id|mtab|adjtime|\.updated|\.resolv\.conf.*|.*\.(dpkg|ucf)-[a-z]+|.*~|(passwd|group|shadow|gshadow|subuid|subgid)-?|.*\.rpm(save|new|orig)|udev\/hwdb\.bin|ssl\/certs.*|pki\/ca-trust\/extracted\/.*)$/ { next }
		$7 ~ /^\/etc\/systemd\/(system|user)\/[^\/]*\.(wants|requires)\// { next }
		$7 ~ /^\/etc\/systemd\/(system|user)\/[^\/]*$/ && $1 == "l" && $8 ~ /^(\/usr)?\/lib\/systemd\// { next }
		$7 ~ /\001/ { next }
		{ print }'
}

# The digests that dpkg noted when it installed each conffile.
dpkg_conffiles() {
	awk '
		/^Package: / { pkg = $2; in_list = 0; ok = 0 }
		/^Status: / { ok = ($0 ~ / installed$/) }
		/^Conffiles:/ { in_list = 1; next }
		in_list && /^ / { if (ok && $3 != "obsolete" && NF > 1 && $2 != "newconffile") print $2 "\t" $1 "\t" pkg; next }
		{ in_list = 0 }' /var/lib/dpkg/status
}

rpm_conffiles() {
	limit 60 rpm -qa --qf '[%{FILEFLAGS}\t%{FILEDIGESTS}\t%{FILENAMES}\t%{=NAME}\n]' 2>/dev/null |
		awk -F "$TAB" '$3 ~ /^\/etc\// { print (($1 % 2) ? $2 : "") "\t" $3 "\t" $4 }'
}

# Compares what packages noted with what lies there. Input by markers: noted digests, digests
# found, files of /etc.
CONFIG_AWK='
BEGIN { FS = "\t" }
/^=/ { part++; next }
part == 1 { if ($1 != "") { noted[$2] = $1 } owner[$2] = $3; next }
part == 2 { i = index($0, " "); path = substr($0, i + 2); sub(/^\\/, "", $0); found[path] = substr($0, 1, i - 1); next }
part == 3 { if ($1 == "C") owned[$2] = 1; next }
part == 4 { blind[$0] = 1; next }
function hidden(p,    d) {
	for (d in blind) if (index(p, d "/") == 1) return 1
	return 0
}
{
	there[$7] = 1
	mine = ($7 in owner) || ($7 in owned)
	if (mine && $1 == "f" && ($7 in noted) && ($7 in found) && noted[$7] != found[$7]) state = "changed"
	else if (mine && $1 == "f" && ($7 in noted) && !($7 in found)) { state = ""; unread++ }
	else if (!mine) state = "unowned"
	else state = ""
	if (state != "") print state "\t" swap($7, "\\", "\\\\") "\t" (state == "unowned" ? "" : owner[$7]) "\t" $2 "\t" $3 "\t" $4 "\t" $5 "\t" escape($8)
}
END {
	for (p in noted) if (p ~ /^\/etc\// && !(p in there) && !(p in found) && !hidden(p)) print "deleted\t" p "\t" owner[p] "\t\t\t\t\t"
	if (unread) printf "%s S partial %d configuration files of packages could not be read and compared\n", MARK, unread
}'

# Folders of /etc into which this login can not look: what lies there is not deleted.
blind_folders() {
	[ "$ID" -ne 0 ] || return 0
	if [ "$FIND" = gnu ]; then limit 10 find /etc -xdev -type d \( ! -executable -o ! -readable \) -print -prune 2>/dev/null
	else echo /etc
	fi
}

collect_config() {
	if [ -n "$DPKG" ]; then noted=$(dpkg_conffiles)
	elif [ -n "$RPM" ]; then noted=$(rpm_conffiles)
	else noted=
	fi
	list=$(said "$noted" | awk -F "$TAB" '$1 != "" { print $2 }' | local_only)
	sum=md5sum
	case $noted in ????????????????????????????????????????????????????????????????"$TAB"*) sum=sha256sum ;; esac
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $list
	unset IFS
	{
		echo '='; said "$noted"
		echo '='; [ $# -eq 0 ] || limit 20 $sum "$@" 2>/dev/null
		echo '='; said "$OWNED"
		echo '='; blind_folders
		echo '='; etc_files
	} | awk -v MARK="$MARK" "$PLANNER_MASK$CONFIG_AWK" | sort
}

s_config_files() {
	said "$CONFIG"
	if [ -z "$DPKG$RPM" ]; then state partial "no dpkg or rpm: which files a package changed is not known"; fi
}

KNOWN_CONFIG='/etc/nginx/nginx.conf /etc/nginx/conf.d/* /etc/nginx/sites-available/* /etc/nginx/snippets/* /etc/nginx/fastcgi_params
/etc/apache2/apache2.conf /etc/apache2/ports.conf /etc/apache2/envvars /etc/apache2/sites-available/* /etc/apache2/conf-available/* /etc/apache2/mods-available/mpm_*.conf /etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*
/etc/postgresql/*/*/postgresql.conf /etc/postgresql/*/*/pg_hba.conf /etc/postgresql/*/*/pg_ident.conf /etc/postgresql/*/*/start.conf /etc/postgresql/*/*/conf.d/* /var/lib/pgsql/data/*.conf /var/lib/pgsql/*/data/*.conf
/etc/mysql/my.cnf /etc/mysql/*.cnf /etc/mysql/conf.d/* /etc/mysql/mysql.conf.d/* /etc/mysql/mariadb.conf.d/* /etc/my.cnf /etc/my.cnf.d/*
/etc/redis/*.conf /etc/redis.conf /etc/valkey/*.conf /etc/memcached.conf /etc/haproxy/*.cfg /etc/haproxy/conf.d/* /etc/openvpn/*.conf /etc/openvpn/server/*.conf /etc/openvpn/client/*.conf
/etc/varnish/* /etc/squid/squid.conf /etc/squid/conf.d/* /etc/postfix/main.cf /etc/postfix/master.cf /etc/dovecot/dovecot.conf /etc/dovecot/conf.d/* /etc/exim4/update-exim4.conf.conf
/etc/bind/named.conf* /etc/named.conf /etc/unbound/unbound.conf /etc/unbound/unbound.conf.d/* /etc/dnsmasq.conf /etc/dnsmasq.d/* /etc/samba/smb.conf /etc/exports /etc/vsftpd.conf /etc/proftpd/proftpd.conf
/etc/rabbitmq/*.conf /etc/rabbitmq/rabbitmq-env.conf /etc/rabbitmq/enabled_plugins /etc/mosquitto/mosquitto.conf /etc/mosquitto/conf.d/* /etc/mongod.conf /etc/elasticsearch/*.yml /etc/elasticsearch/jvm.options /etc/opensearch/*.yml
/etc/tomcat*/*.xml /etc/tomcat*/*.properties /etc/default/tomcat* /etc/jenkins/* /etc/default/jenkins /etc/grafana/grafana.ini /etc/prometheus/*.yml /etc/default/prometheus* /etc/php/*/fpm/php-fpm.conf /etc/php/*/fpm/php.ini /etc/php/*/fpm/pool.d/*.conf /etc/php-fpm.conf /etc/php-fpm.d/*.conf
/etc/uwsgi/apps-available/* /etc/supervisor/supervisord.conf /etc/supervisor/conf.d/* /etc/supervisord.conf /etc/monit/monitrc /etc/ldap/slapd.d/cn=config.ldif /etc/openldap/slapd.conf /etc/strongswan.conf /etc/chrony/chrony.conf /etc/ntp.conf /etc/rsyslog.conf /etc/rsyslog.d/*
/etc/default/nginx /etc/default/apache2 /etc/default/redis-server /etc/default/haproxy /etc/default/mysql /etc/default/postgresql /etc/sysconfig/nginx /etc/sysconfig/httpd /etc/sysconfig/memcached /etc/sysctl.conf /etc/sysctl.d/* /etc/fstab /etc/exports.d/* /etc/tmpfiles.d/* /etc/security/limits.conf /etc/security/limits.d/* /usr/lib/tmpfiles.d/*.conf'

# Names in arguments that look like configuration: text that a program was told to read.
argument_files() {
	said "$PROCESSES" | awk '
		/^cwd / { cwd = substr($0, 5) }
		/^P / { cwd = "" }
		/^a / {
			a = substr($0, 3); sub(/^--?[A-Za-z0-9_.-]*=/, "", a); sub(/^-[a-zA-Z]\//, "/", a)
			if (a !~ /\.(conf|cfg|cnf|ini|yml|yaml|json|toml|properties|xml|env|py|config)$/ || a ~ /\\/) next
			if (a ~ /\.py$/ && a !~ /conf|config|settings/) next
			if (a ~ /^\//) print a
			else if (cwd ~ /^\// && a !~ /^-|:|\.\./) print cwd "/" a
		}'
	said "$UNIT_TEXT" | awk '/^[|]EnvironmentFile=-?\// { sub(/^[|]EnvironmentFile=-?/, ""); print }'
}

collect_files() {
	{
		argument_files
		set +f
		# shellcheck disable=SC2046,SC2086 # patterns, to be expanded here
		printf '%s\n' $(set -f; printf '%s\n' $KNOWN_CONFIG | local_only)
		set -f
		said "$CONFIG" | awk -F "$TAB" '($1 == "changed" || $1 == "unowned") && $8 == "" && $7 > 0 { print $2 }'
	} | awk "$PLANNER_MASK$DENY_AWK"' !seen[$0]++ && !denied($0)' | carry 1048576 ''
}

s_files() {
	said "$FILES"
	notroot "files that only root may read were not read"
}

# --- paths, sizes, virtual environments ------------------------------------------------------------

# Every absolute path in carried text whose first folder exists on this machine.
PATHS_AWK='
BEGIN { n = split(ENVIRON["TOPS"], w, "\n"); for (i = 1; i <= n; i++) top[w[i]] = 1; top["/proc"] = top["/sys"] = 0; delete top["/proc"]; delete top["/sys"] }
function want(p,    t) {
	gsub(/\/+/, "/", p); sub(/[\/.]+$/, "", p)
	t = p; sub(/^\//, "", t); if (!index(t, "/")) return
	sub(/\/.*/, "", t)
	if (!(("/" t) in top) || p ~ /\/\.\.?(\/|$)/ || seen[p]++) return
	if (++count <= 6000) print p
}
/^F\t/ { next }
/^exe \// || /^cwd \// || /^w \// { p = $0; sub(/^[a-z]+ /, "", p); if (p !~ /\\/) want(p); next }
/^(e|cgroup|comm) / { next }
/^[|][ \t]*#/ { next }
{
	s = $0
	while (match(s, /\/[A-Za-z0-9_.@%+\/-]+/)) {
		before = RSTART > 1 ? substr(s, RSTART - 1, 1) : ""
		p = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
		if (before ~ /[A-Za-z0-9_.\/}*]/ || p ~ /%/) continue
		if (p ~ /^\/\//) continue
		want(p)
	}
}
END { if (count > 6000) printf "%s S partial more than 6000 paths\n", MARK }'

collect_paths() {
	set +f
	TOPS=$(for d in /*; do printf '%s\n' "$d"; done); export TOPS
	{
		{ said "$PROCESSES"; said "$UNIT_TEXT"; said "$CRON"; said "$FILES"; } | awk -v MARK="$MARK" "$PATHS_AWK"
		# names only: to ask a mount point for more may never come back
		printf '%s\n' /srv /opt /var/www /var/lib /var/log /var/cache /var/spool /data | local_only |
			while read -r d; do printf '%s\n' "$d" "$d"/*; done
	} | { set -f; stat_lines; } | awk -F "$TAB" "$PLANNER_MASK"'
		BEGIN { split("f file d dir l link s socket p fifo b device c device", w, " "); for (i = 1; i < 14; i += 2) type[w[i]] = w[i + 1] }
		/\001/ && index($0, MARK) == 1 { print; next }
		{
			sub(/\..*/, "", $6)
			print (($1 in type) ? type[$1] : "other") "\t" $2 "\t" $3 "\t" $4 "\t" $5 "\t" $6 "\t" escape($7) "\t" escape($8)
		}'
	set -f
}

s_paths() { said "$PATHS" | sort -t "$TAB" -k 7,7; notroot "paths in folders of others cannot be seen"; }

# Candidates: folders among the paths below the places where data lives, and the folders of files
# that are open for writing. Prints them sorted; those with a parent in the list are found in the
# same walk.
size_candidates() {
	{
		said "$PATHS" | awk -F "$TAB" '$1 == "dir" && $7 ~ /^\/(srv|opt|var|data|home|mnt|usr\/local)\// { print $7 }'
		said "$PROCESSES" | awk '/^w \// && !/\\/ { p = substr($0, 3); sub(/\/[^\/]*$/, "", p); if (p != "" && p !~ /^\/(dev|run|tmp)(\/|$)/) print p }'
	} | awk '$0 !~ /^\/(usr|etc|bin|sbin|lib|boot)(\/|$)/ || /^\/usr\/local\//' |
		awk '$0 !~ /^\/var\/((lib|log|cache|spool|www)$|run|lock)/ && $0 !~ /^\/var\/lib\/(dpkg|apt|systemd|ucf|pam|containerd|docker)(\/|$)/ && $0 !~ /^\/var\/cache\/(apt|debconf|man|ldconfig)(\/|$)/' |
		walkable | sort
}

# One walk over all: each file counts for every candidate above it, a hard link once for each.
SIZES_AWK='
BEGIN { FS = "\t"; n = split(ENVIRON["CANDIDATES"], w, "\n"); for (i = 1; i <= n; i++) if (w[i] != "") cand[w[i]] = 1 }
/^=/ { if (top != "") whole[top] = 1; next }
{
	path = $6
	if ($7 != top) { if (top != "") whole[top] = 1; top = $7 }
	p = path; linked = ($4 > 1 && $1 == "f")
	if ($1 == "U") bad = 1; else bad = 0
	sub(/\..*/, "", $3)
	while (p != "") {
		if (p in cand) {
			under[p] = top
			if (bad) blind[p] = 1
			if (!linked || !((p, $5) in had)) {
				if (linked) had[p, $5] = 1
				bytes[p] += $2 * 512; if ($1 == "f") files[p]++
			}
			if ($3 + 0 > newest[p] + 0) newest[p] = $3
		}
		if (p == top) break
		if (!match(p, /\/[^\/]*$/)) break
		p = substr(p, 1, RSTART - 1)
	}
}
END {
	for (p in under) {
		if (!(under[p] in whole)) { cut++; continue }
		if (p in blind) { dark++; continue }
		printf "%.0f\t%d\t%s\t%s\n", bytes[p], files[p], newest[p], p
	}
	if (dark) printf "%s S partial %d folders have parts that this login may not read\n", MARK, dark
	if (cut) printf "%s S partial time limit reached: %d folders not measured\n", MARK, cut
}'

s_sizes() {
	CANDIDATES=$(size_candidates); export CANDIDATES
	[ -z "$REMOTE" ] || state partial "nothing measured on or above the network mounts $(said "$REMOTE" | awk '{ printf "%s%s", sep, $0; sep = " " }')"
	[ -n "$CANDIDATES" ] || return 0
	tops=$(said "$CANDIDATES" | awk '{ if (top == "" || index($0 "/", top "/") != 1) { top = $0; print } }')
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $tops
	unset IFS
	if [ "$FIND" = gnu ]; then
		{
			limit 25 find "$@" -xdev \( -type d \( ! -readable -o ! -executable \) -printf 'U\t%b\t%T@\t%n\t%i\t%p\t%H\0' -prune \) \
				-o -printf '%y\t%b\t%T@\t%n\t%i\t%p\t%H\0' 2>/dev/null
			[ $? -eq 124 ] || printf '=\0'
		} | tr '\0\n' '\n\001' | awk -v MARK="$MARK" "$SIZES_AWK" | sort -t "$TAB" -k 4
	else
		for d in "$@"; do
			[ -d "$d" ] || continue
			line=$(limit 10 du -x -k -s "$d" 2>/dev/null) || { state partial "not measured: $d"; continue; }
			printf '%s\t-1\t\t%s\n' $((${line%%[!0-9]*} * 1024)) "$d"
		done
	fi
	unset CANDIDATES
}

s_virtualenvs() {
	list=$({
		printf '%s\n' /opt /srv /home /usr/local /var/www /var/lib /data /root | walkable | {
			tops=
			while read -r d; do [ ! -d "$d" ] || tops="$tops $d"; done
			# shellcheck disable=SC2086 # plain names
			[ -z "$tops" ] || limit 15 find $tops -xdev -maxdepth 6 -name pyvenv.cfg 2>/dev/null
		}
		said "$PROCESSES" | awk '/^a \/.*\/bin\// { p = substr($0, 3); sub(/\/bin\/.*/, "/pyvenv.cfg", p); print p }'
	} | local_only)
	IFS=$NL
	set +f
	for f in $list; do
		[ -r "$f" ] && [ -f "$f" ] || continue
		v=${f%/pyvenv.cfg}
		printf 'V %s\n' "$v"
		awk '{ print "k " $0 }' "$f"
		for m in "$v"/lib/python*/site-packages/*.dist-info "$v"/lib/python*/site-packages/*.egg-info; do
			[ -e "$m" ] || continue
			m=${m##*/}; m=${m%.dist-info}; m=${m%.egg-info}; m=${m%-py[23].*}
			case $m in *-*) printf 'p %s==%s\n' "${m%-*}" "${m##*-}" ;; esac
		done
	done
	set -f
	unset IFS
	notroot "virtual environments in folders of others cannot be seen"
}

# --- single facts ------------------------------------------------------------------------------

s_fips() { if [ -r /proc/sys/crypto/fips_enabled ]; then first_line /proc/sys/crypto/fips_enabled; echo; else echo 0; fi; }

s_selinux() {
	if [ -r /sys/fs/selinux/enforce ]; then
		case $(first_line /sys/fs/selinux/enforce) in 1) echo enforcing ;; *) echo permissive ;; esac
	elif [ -r /etc/selinux/config ]; then echo disabled
	else echo absent
	fi
}

s_timezone() {
	z=$(readlink /etc/localtime 2>/dev/null)
	case $z in
	*/zoneinfo/*) printf '%s\n' "${z#*/zoneinfo/}" ;;
	*)
		z=$(first_line /etc/timezone)
		if [ -n "$z" ]; then printf '%s\n' "$z"
		elif [ ! -e /etc/localtime ]; then echo UTC
		else state missing "/etc/localtime is a copy without a name"; return 1
		fi ;;
	esac
}

# --- the look ------------------------------------------------------------------------------------

look_around() {
	prepare
	GREP=plain; DPKG=; RPM=
	if printf 'a\0b\0' | grep -az '^b' | tr '\0' x | grep -q '^bx'; then GREP=gnu; fi
	[ ! -r /var/lib/dpkg/status ] || ! has dpkg-query || DPKG=1
	[ -n "$DPKG" ] || ! has rpm || [ ! -d /var/lib/rpm ] && [ ! -d /usr/lib/sysimage/rpm ] || RPM=1
	HIDEPID=$(awk '$5 == "/proc"' /proc/self/mountinfo 2>/dev/null)
}

main() {
	look_around
	section identity s_identity
	section os-release s_os_release
	section uname s_uname
	section cmdline s_cmdline
	section virt s_virt
	section init s_init
	section cpu s_cpu
	section meminfo s_meminfo
	section pci s_pci
	section usb s_usb
	section modules s_modules
	section mountinfo s_mountinfo
	section df s_df
	section addresses s_addresses
	section hosts s_hosts
	section passwd s_passwd
	section group s_group
	section fips s_fips
	section selinux s_selinux
	section timezone s_timezone
	collecting
	PROCESSES=$(collect_processes)
	section processes s_processes
	section listeners s_listeners
	section connections s_connections
	collecting
	UNITS=; UNIT_TEXT=
	if systemd_runs; then
		UNITS=$(collect_units)
		UNIT_TEXT=$(unit_paths | awk '!seen[$0]++' | carry 1048576 follow)
	fi
	section units s_units
	section unit-files s_unit_files
	section unit-text s_unit_text
	section sysv s_sysv
	collecting
	CRON=$(s_cron)
	section cron s_cron_said
	collecting
	DPKG_LIST=
	# shellcheck disable=SC2016 # fields of dpkg-query, not of the shell
	[ -z "$DPKG" ] || DPKG_LIST=$(limit 20 dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\t${Source}\t${db:Status-Abbrev}\t${Origin}\n' 2>/dev/null)
	section dpkg s_dpkg
	section apt-auto s_apt_auto
	section apt-origins s_apt_origins
	section rpm s_rpm
	section apk s_apk
	collecting
	OWNED=$(collect_owned)
	section owners s_owners
	collecting
	CONFIG=$(collect_config)
	section config-files s_config_files
	collecting
	FILES=$(collect_files)
	section files s_files
	collecting
	PATHS=$(collect_paths)
	section paths s_paths
	section sizes s_sizes
	section virtualenvs s_virtualenvs
	printf '%s Z\n' "$MARK"
}

s_cron_said() { said "$CRON"; }

main </dev/null 2>/dev/null | awk "$FRAME"
