# File systems and the disks below them.
# shellcheck disable=SC2016 # awk programs stand in single quotes

s_mountinfo() { s_file /proc/self/mountinfo | awk "$PLANNER_MASK"'{ print mask_text($0) }'; }

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

look_storage() {
	section mountinfo s_mountinfo
	section df s_df
}
