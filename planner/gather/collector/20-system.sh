# What the machine is: name, system, kernel, init, addresses, time zone.
# shellcheck disable=SC2016 # awk programs stand in single quotes

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
s_cmdline() { s_file /proc/cmdline | awk "$PLANNER_MASK"'{ print mask_text($0) }'; }
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

s_addresses() {
	if has ip; then limit 10 ip -o addr show
	elif has ifconfig; then echo ifconfig; limit 10 ifconfig -a
	else state missing "neither ip nor ifconfig"; return 1
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

look_system() {
	section identity s_identity
	section os-release s_os_release
	section uname s_uname
	section cmdline s_cmdline
	section virt s_virt
	section init s_init
	section addresses s_addresses
	section hosts s_hosts
	section timezone s_timezone
}
