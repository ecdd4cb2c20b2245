# File systems, the disks below them, and what of them other machines are given.
# shellcheck disable=SC2016 # awk programs stand in single quotes

s_mountinfo() {
	if ! linux && bsd; then
		echo mount
		limit 5 mount | awk "$PLANNER_MASK"'{ print mask_text($0) }'
		return 0
	fi
	linux || { not_linux /proc/self/mountinfo; return 1; }
	s_file /proc/self/mountinfo | awk "$PLANNER_MASK"'{ print mask_text($0) }'
}

# Mount points of local file systems that hold something.
local_disks() {
	awk "$MOUNTS_AWK"'
		END {
			for (i = 1; i <= n; i++) {
				p = order[i]
				if (kind[p] ~ /^(proc|sysfs|cgroup2?|devpts|devtmpfs|tmpfs|ramfs|securityfs|debugfs|tracefs|pstore|bpf|mqueue|hugetlbfs|configfs|fusectl|binfmt_misc|rpc_pipefs|nfsd|nsfs|efivarfs|selinuxfs|squashfs|iso9660)$/) continue
				if (p ~ /\001/ || below_remote(p) || done[p]++) continue
				print p
			}
		}' </proc/self/mountinfo
}

DF_AWK='NR > 1 && $NF !~ /^\/(etc\/(hosts|hostname|resolv.conf))$/ && $1 !~ /^(devfs|procfs|fdescfs|linprocfs|linsysfs|tmpfs|kernfs|ptyfs|swap|map)$/'

# disk_free OPTIONS WHAT-IT-IS-OF: df over the local file systems; -l keeps a BSD from network mounts.
disk_free() {
	if ! linux && bsd; then
		set -- "$1l" "$2"; [ "$1" = -kPl ] || echo bsd
	else
		linux || { not_linux /proc/self/mountinfo; return 1; }
		list=$(local_disks)
		[ -n "$list" ] || { state missing "no local file system in mountinfo"; return 1; }
		IFS=$NL
		# shellcheck disable=SC2086 # split at newlines on purpose
		set -- "$1" "$2" $list
		unset IFS
	fi
	options=$1; what=$2; shift 2
	text=$(limit 15 df "$options" "$@" 2>/dev/null); code=$?
	said "$text" | awk "$DF_AWK"
	late $code "$what"
	return $code
}

s_df() { disk_free -kP df; }

s_inodes() { if ! linux && bsd; then disk_free -ki inodes; else disk_free -iP inodes; fi; }

# --- block devices -------------------------------------------------------------------------------

# names FOLDER: the names in it with commas between, in V.
names() {
	V=
	for e in "$1"/*; do
		if [ -e "$e" ] || [ -h "$e" ]; then V=$V${V:+,}${e##*/}; fi
	done
}

# field KEY: what value or names left in V as a field of the line.
field() { [ -z "$V" ] || line=$line$TAB$1=$V; }

# one_block FOLDER: what every kind of device has; other fields are there or not.
one_block() {
	line=${1##*/}
	value "$1/size"; field size
	for key in ro removable; do value "$1/$key"; [ "$V" != 1 ] || field $key; done
	names "$1/slaves"; field slaves
	names "$1/holders"; field holders
}

# /sys/block and not /sys/class/block: there a partition lies within its disk, and kernels of 2.6.18
# have no other. RAM disks and unused loop devices are nothing.
s_block() {
	[ -d /sys/block ] || { not_linux /sys/block; return 1; }
	set +f
	for d in /sys/block/*; do
		n=${d##*/}
		[ -r "$d/size" ] || continue
		case $n in
		ram[0-9]*) continue ;;
		loop[0-9]* | nbd[0-9]* | zram[0-9]*) value "$d/size"; [ "${V:-0}" != 0 ] || continue ;;
		esac
		one_block "$d"
		value "$d/queue/rotational"; [ "$V" != 1 ] || field rotational
		value "$d/device/vendor"; field vendor
		value "$d/device/model"; field model
		case $n in
		dm-*)
			value "$d/dm/name"; field dm_name
			value "$d/dm/uuid"; field dm_uuid ;;
		md*)
			value "$d/md/level"; field md_level
			value "$d/md/array_state"; field md_state
			value "$d/md/degraded"; [ "${V:-0}" = 0 ] || field md_degraded ;;
		loop*) value "$d/loop/backing_file"; field file ;;
		esac
		printf '%s\n' "$line"
		for p in "$d/$n"*; do
			[ -r "$p/start" ] || continue
			one_block "$p"
			printf '%s\tparent=%s\n' "$line" "$n"
		done
	done
	set -f
	# Where each hangs: ../devices/pci0000:00/.../host2/session1/... is iSCSI.
	limit 5 ls -ln /sys/block | awk '(i = index($0, " -> ")) { t = substr($0, i + 4); n = t; sub(/.*\//, "", n); print "at\t" n "\t" t }'
}

s_swap() {
	if ! linux && bsd && has swapctl; then echo swapctl; limit 5 swapctl -lk; return 0; fi
	linux || { not_linux /proc/swaps; return 1; }
	s_file /proc/swaps
}

# --- exports -------------------------------------------------------------------------------------

# /etc/exports and its kin: a line goes on behind a backslash.
EXPORTS_AWK='
{ sub(/\r$/, "") }
/\\$/ { sub(/\\$/, " "); more = more $0; next }
{
	s = more $0; more = ""; sub(/^[ \t]+/, "", s)
	if (s == "" || s ~ /^#/) next
	mask_reset(); print "nfs\t" FROM "\t" escape(mask_text(s))
}'

# Sections with a path: shares of Samba, modules of rsync. Of all other lines nothing travels.
SHARES_AWK='
function out() { if (name != "") print kind "\t" from "\t" escape(name) "\t" escape(path); name = ""; path = "" }
FNR == 1 { out(); from = FILENAME; kind = from ~ /rsyncd/ ? "rsync" : "smb" }
/^[ \t]*[#;]/ { next }
/^[ \t]*\[.*\]/ { out(); name = $0; sub(/^[ \t]*\[[ \t]*/, "", name); sub(/[ \t]*\].*/, "", name); if (tolower(name) == "global") name = ""; next }
tolower($0) ~ /^[ \t]*(path|directory)[ \t]*=/ { path = $0; sub(/^[^=]*=[ \t]*/, "", path); sub(/[ \t\r]+$/, "", path); mask_reset(); path = mask_text(path); next }
tolower($0) ~ /^[ \t]*include[ \t]*=/ && kind == "smb" { printf "%s S partial shares in files that %s includes were not read\n", MARK, from }
tolower($0) ~ /^[ \t]*(config[ \t]+backend|include)[ \t]*=[ \t]*registry/ { printf "%s S partial shares in the registry of Samba were not read\n", MARK }
END { out() }'

s_exports() {
	case $SYSTEM in Linux | *BSD | DragonFly) ;; *) state missing "how $SYSTEM shares is not known here"; return 1 ;; esac
	set +f
	for f in /etc/exports /etc/exports.d/*.exports; do
		if [ -r "$f" ]; then awk -v FROM="$f" "$PLANNER_MASK$EXPORTS_AWK" "$f"
		elif [ -e "$f" ]; then state partial "not allowed to read $f"
		fi
	done
	for f in /proc/fs/nfsd/exports /var/lib/nfs/etab; do
		[ -r $f ] || continue
		awk -v FROM=kernel "$PLANNER_MASK$EXPORTS_AWK" $f
		break
	done
	files=
	for f in /etc/samba/smb.conf /usr/local/etc/smb4.conf /etc/rsyncd.conf /etc/rsyncd/rsyncd.conf; do
		if [ -r $f ]; then files="$files $f"
		elif [ -e $f ]; then state partial "not allowed to read $f"
		fi
	done
	# shellcheck disable=SC2086 # fixed names without blanks
	[ -z "$files" ] || awk -v MARK="$MARK" "$PLANNER_MASK$SHARES_AWK" $files
	for f in /var/lib/samba/usershares/*; do
		[ ! -r "$f" ] || awk "$PLANNER_MASK"'/^path=/ { f = FILENAME; sub(/.*\//, "", f); print "smb\t/var/lib/samba/usershares\t" escape(f) "\t" escape(mask_text(substr($0, 6))) }' "$f"
	done
	for f in /sys/kernel/config/target/iscsi/*[:.]* /sys/kernel/scst_tgt/targets/iscsi/*[:.]*; do
		[ -d "$f" ] && printf 'iscsi\tkernel\t%s\t\n' "${f##*/}"
	done
	for f in /sys/kernel/config/nvmet/subsystems/*; do
		[ -d "$f" ] && printf 'nvme\tkernel\t%s\t\n' "${f##*/}"
	done
	set -- /etc/tgt/targets.conf /etc/tgt/conf.d/*.conf
	set -f
	for f in "$@"; do
		[ ! -r "$f" ] || awk '
			function out() { if (name != "") print "iscsi\t" FILENAME "\t" name "\t" path; name = ""; path = "" }
			/^[ \t]*<target[ \t]/ { name = $2; sub(/>.*/, "", name) }
			/^[ \t]*(backing-store|direct-store)[ \t]/ && path == "" { path = $2 }
			/^[ \t]*<\/target>/ { out() }
			END { out() }' "$f"
	done
	[ ! -d /etc/target ] || [ -d /sys/kernel/config/target ] || state partial "targets of LIO: its configuration was not read, it holds passwords"
	[ "$ID" -eq 0 ] || [ ! -d /sys/kernel/config/target ] || state partial "not root: targets of LIO cannot be seen"
	return 0
}

look_storage() {
	section mountinfo s_mountinfo
	section df s_df
	section inodes s_inodes
	section block s_block
	section swap s_swap
	section exports s_exports
}
