# What the machine is: name, system, kernel, firmware, hypervisor, cloud, init, addresses, locale.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# value FILE: the first line of a file of sysfs in V, without blanks around it, escaped. Costs no
# process. Not for /proc/sys and lists of processors (cpulist, thread_siblings_list): dash reads byte
# by byte, and the kernel answers there only to who asks for all at once; awk does.
value() {
	V=
	[ -r "$1" ] && read -r V <"$1"
	case $V in *\\* | *"$TAB"*) V=$(printf '%s\n' "$V" | awk "$PLANNER_MASK"'{ print escape($0) }') ;; esac
}

# pair KEY FILE: KEY=value where the file says something.
pair() { value "$2"; [ -z "$V" ] || printf '%s=%s\n' "$1" "$V"; }

# Is this a Linux whose /proc can be asked? Where not: SYSTEM says which system, and bsd whether it
# has the sysctl(8) of the BSDs.
linux() { [ -r /proc/version ] || [ -r /proc/stat ]; }
bsd() { case $SYSTEM in *BSD | DragonFly) has sysctl ;; *) return 1 ;; esac; }
not_linux() { state missing "no $1: $SYSTEM"; return 1; }

# sysctls NAME...: of a BSD, as its sysctl says: "name: value" or "name=value".
sysctls() { echo sysctl; limit 5 sysctl "$@"; return 0; }

s_identity() {
	name=$(first_line /proc/sys/kernel/hostname)
	id=$(first_line /etc/machine-id)
	[ -n "$id" ] || id=$(first_line /var/lib/dbus/machine-id)
	boot=$(awk '$1 == "btime" { print $2 }' /proc/stat 2>/dev/null)
	[ -n "$name" ] || name=$(uname -n)
	if bsd; then
		[ -n "$id" ] || id=$(limit 5 sysctl -n kern.hostuuid hw.uuid | head -n 1)
		[ -n "$boot" ] || boot=$(limit 5 sysctl -n kern.boottime | awk '/sec *=/ { sub(/.*[^u]sec *= */, ""); sub(/[^0-9].*/, ""); print }')
	fi
	echo "hostname=$name"
	echo "machine_id=$id"
	echo "uid=$ID"
	echo "user=$(id -un 2>/dev/null)"
	echo "login=${SUDO_USER:-$(id -un 2>/dev/null)}"
	echo "utc=$(date -u +%Y-%m-%dT%H:%M:%SZ)"
	echo "boot=$boot"
}

# Oracle's systems carry a redhat-release of Red Hat beside their own; Ubuntu before 12.04 a
# debian_version of the next Debian beside lsb-release, which elsewhere names no distribution.
s_os_release() {
	for f in /etc/os-release /usr/lib/os-release; do
		if [ -r $f ]; then cat $f; return; fi
	done
	for f in /etc/oracle-release /etc/enterprise-release /etc/redhat-release /etc/system-release /etc/SuSE-release \
		/etc/alpine-release /etc/lsb-release /etc/debian_version /etc/arch-release /etc/gentoo-release /etc/slackware-version; do
		[ -r $f ] || continue
		[ $f != /etc/lsb-release ] || grep -q '^DISTRIB_ID=' $f || continue
		echo "FALLBACK=$f"; cat $f; return
	done
	state missing "no os-release and no other release file: $SYSTEM"; return 1
}

s_uname() { uname -s; uname -r; uname -m; }

s_cmdline() {
	linux || { not_linux /proc/cmdline; return 1; }
	s_file /proc/cmdline | awk "$PLANNER_MASK"'{ print mask_text($0) }'
}

# Comments are for people, and may say anything.
s_hosts() { s_file /etc/hosts | awk "$PASS_AWK"'{ sub(/#.*/, "") } NF'; }

s_kernel() {
	printf 'version=%s\n' "$(uname -v)"
	if ! linux; then state partial "no /proc/sys/kernel/tainted: $SYSTEM"; return 0; fi
	awk 'BEGIN {
		f = "/proc/sys/kernel/tainted"; if ((getline v < f) > 0) print "tainted=" v
		f = "/sys/kernel/realtime"; if ((getline v < f) > 0) print "realtime=" v
	}'
}

# --- firmware, hypervisor, cloud -----------------------------------------------------------------

DMI=/sys/class/dmi/id

# No serial numbers, and no asset tag: people write their own inventory numbers there.
s_dmi() {
	if [ -r $DMI/sys_vendor ] || [ -r $DMI/bios_vendor ]; then
		for key in sys_vendor product_name product_version board_vendor board_name bios_vendor bios_version bios_date chassis_type product_uuid; do
			pair $key $DMI/$key
		done
		[ ! -e $DMI/product_uuid ] || [ -r $DMI/product_uuid ] || state partial "not root: product_uuid cannot be read"
	elif [ -r /proc/device-tree/model ]; then
		printf 'product_name=%s\n' "$(tr -d '\0\n\t' </proc/device-tree/model)"
	elif [ -r /proc/sysinfo ]; then
		awk -F': *' '$1 == "Manufacturer" { print "sys_vendor=" $2 } $1 == "Type" { sub(/ .*/, "", $2); print "product_name=" $2 }' /proc/sysinfo
	elif bsd && has kenv; then
		limit 5 kenv | awk '
			BEGIN {
				n = split("system.maker sys_vendor system.product product_name system.version product_version planar.maker board_vendor planar.product board_name bios.vendor bios_vendor bios.version bios_version bios.reldate bios_date system.uuid product_uuid", w, " ")
				for (i = 1; i < n; i += 2) key["smbios." w[i]] = w[i + 1]
			}
			{ i = index($0, "="); k = substr($0, 1, i - 1); v = substr($0, i + 1); gsub(/^"|"$/, "", v); if (k in key) print key[k] "=" v }'
	elif bsd; then
		limit 5 sysctl hw.vendor hw.product hw.version hw.uuid | awk '
			{ i = index($0, "="); k = substr($0, 1, i - 1); v = substr($0, i + 1) }
			k == "hw.vendor" { print "sys_vendor=" v } k == "hw.product" { print "product_name=" v }
			k == "hw.version" { print "product_version=" v } k == "hw.uuid" { print "product_uuid=" v }'
	elif linux; then state missing "the firmware tells nothing: no $DMI, no device tree"; return 1
	else not_linux $DMI; return 1
	fi
}

# What the kernel shows of a container that it runs in; of the environment of process 1 nothing but
# the one word behind container=.
container_hints() {
	pair run /run/systemd/container
	[ ! -e /.dockerenv ] || echo dockerenv=1
	[ ! -e /run/.containerenv ] || echo containerenv=1
	[ ! -d /proc/vz ] || [ -d /proc/bc ] || echo openvz=1
	case $(first_line /proc/sys/kernel/osrelease) in *[Mm]icrosoft* | *WSL*) echo wsl=1 ;; esac
	if [ -r /proc/1/environ ]; then
		tr '\0\n' '\n\001' </proc/1/environ | awk 'index($0, "container=") == 1 && length($0) < 43 && substr($0, 11) ~ /^[a-z0-9-]+$/ { print "pid1=" substr($0, 11); exit }'
	fi
	[ ! -r /proc/1/cgroup ] || awk '
		match($0, /[\/:](docker|lxc|libpod|kubepods|containerd|garden|crio|cri-o)([.\/_-]|$)/) { s = substr($0, RSTART + 1, RLENGTH - 1); sub(/[.\/_-]$/, "", s); print "cgroup=" s; exit }' /proc/1/cgroup
	if bsd && [ "$(limit 5 sysctl -n security.jail.jailed)" = 1 ]; then echo jail=1; fi
}

s_container() {
	if has systemd-detect-virt; then
		word=$(limit 10 systemd-detect-virt --container)
		if [ -n "$word" ]; then printf 'told=%s\n' "$word"; return 0; fi
	fi
	if ! linux && ! bsd; then not_linux /proc; return 1; fi
	container_hints
	[ -r /proc/1/environ ] || bsd || state partial "the environment of process 1, which may name a container, cannot be read"
}

# Without systemd-detect-virt: what it would look at (src/basic/virt.c), for the parser to weigh.
s_virt() {
	if has systemd-detect-virt; then limit 10 systemd-detect-virt; return 0; fi
	if ! linux && ! bsd; then not_linux "systemd-detect-virt and no /proc"; return 1; fi
	echo hints
	container_hints
	if [ -r $DMI/sys_vendor ]; then
		value $DMI/sys_vendor; vendor=$V
		value $DMI/product_name; printf 'dmi=%s/%s\n' "$vendor" "$V"
		pair bios $DMI/bios_vendor
	fi
	pair hypervisor /sys/hypervisor/type
	[ ! -d /proc/xen ] || echo "xen=$(first_line /proc/xen/capabilities)"
	if [ -r /proc/device-tree ]; then
		tree=/proc/device-tree
		[ ! -r $tree/hypervisor/compatible ] || echo "tree_hypervisor=$(tr '\0' ' ' <$tree/hypervisor/compatible)"
		[ ! -r $tree/compatible ] || echo "tree=$(tr '\0' ' ' <$tree/compatible)"
		[ ! -e $tree/ibm,partition-name ] || [ -e $tree/chosen/qemu,graphic-width ] || echo lpar=1
	fi
	[ ! -r /proc/sysinfo ] || awk '/^VM00 Control Program:/ { sub(/.*: */, ""); print "sysinfo=" $0 }' /proc/sysinfo
	[ ! -r /proc/cpuinfo ] || awk '
		/^vendor_id/ && /User Mode Linux/ { print "uml=1"; exit }
		/^flags/ { print "flag=" ($0 ~ / hypervisor( |$)/ ? 1 : 0); exit }' /proc/cpuinfo
	if bsd; then
		limit 5 sysctl kern.vm_guest hw.vendor hw.product machdep.dmi.system-vendor | awk '
			match($0, /[:=] */) { k = substr($0, 1, RSTART - 1); sub(/ +$/, "", k); v[k] = substr($0, RSTART + RLENGTH) }
			END {
				if (v["kern.vm_guest"] != "") print "vm_guest=" v["kern.vm_guest"]
				if (v["hw.vendor"] != "") print "dmi=" v["hw.vendor"] "/" v["hw.product"]
				else if (v["machdep.dmi.system-vendor"] != "") print "dmi=" v["machdep.dmi.system-vendor"] "/"
			}'
	fi
}

# Of cloud-init's instance data (json.dumps with an indent: a key a line, so that no value can pass
# for a key) these keys and nothing else; a value has the letters of a name or does not travel.
INSTANCE_AWK='
/^ ?"[a-z0-9_]+": / { top = $1; gsub(/[":]/, "", top); if (top == "v1") v1 = 1 }
/^ +"[A-Za-z_-]+": "[A-Za-z0-9._:\/-]+",?$/ {
	key = $1; val = $2; gsub(/[":]/, "", key); gsub(/-/, "_", key); gsub(/^"|",?$/, "", val)
	if (length(val) > 128) next
	if (top == "v1" && /^  "/ && key ~ /^(cloud_name|platform|region|availability_zone|instance_id)$/ && !had[key]++) print "init." key "=" val
	if (top == "ds" && key ~ /^(instance_type|vmSize|machine_type)$/ && !had["instance_type"]++) print "init.instance_type=" val
}
END { if (!v1) printf "%s S partial instance-data.json of cloud-init is not in a form known here\n", MARK }'

s_cloud() {
	linux || bsd || { not_linux "$DMI and no cloud-init"; return 1; }
	pair init.cloud_id /run/cloud-init/cloud-id
	f=/run/cloud-init/instance-data.json
	if [ -r $f ]; then awk -v MARK="$MARK" "$INSTANCE_AWK" $f
	elif [ -r /var/lib/cloud/data/instance-id ]; then
		pair init.instance_id /var/lib/cloud/data/instance-id
		value /var/lib/cloud/instance/datasource
		[ -z "$V" ] || printf 'init.datasource=%s\n' "${V%%[!A-Za-z0-9]*}"
	fi
	case $(first_line /sys/hypervisor/uuid) in ec2*) echo hypervisor_uuid=ec2 ;; esac
	if [ -r $DMI/sys_vendor ]; then
		for key in sys_vendor product_name product_version bios_vendor bios_version; do pair dmi.$key $DMI/$key; done
		value $DMI/chassis_asset_tag
		case $V in
		7783-7084-3265-9085-8269-3286-77 | OracleCloud.com | OpenTelekomCloud | 'SAP CCloud VM' | HUAWEICLOUD | 'Samsung Cloud Platform' | 'OpenStack Nova' | 'OpenStack Compute' | 'Amazon EC2')
			printf 'dmi.asset_tag=%s\n' "$V" ;;
		esac
	elif bsd && has kenv; then
		limit 5 kenv | awk '{ v = $0; sub(/^[^=]*="?/, "", v); sub(/"$/, "", v) }
			/^smbios\.system\.maker=/ { print "dmi.sys_vendor=" v }
			/^smbios\.system\.product=/ { print "dmi.product_name=" v }
			/^smbios\.bios\.version=/ { print "dmi.bios_version=" v }
			/^smbios\.chassis\.tag="7783-7084-3265-9085-8269-3286-77"/ { print "dmi.asset_tag=" v }'
	elif [ ! -r /run/cloud-init/cloud-id ]; then state partial "no DMI data: only cloud-init could have told"
	fi
}

# --- init, addresses, names ----------------------------------------------------------------------

s_init() {
	linux || { not_linux /proc/1/comm; return 1; }
	s_file /proc/1/comm
	readlink /proc/1/exe 2>/dev/null || notroot "the program of process 1 cannot be read"
}

s_addresses() {
	if has ip; then limit 10 ip -o addr show
	elif has ifconfig; then echo ifconfig; limit 10 ifconfig -a
	else state missing "neither ip nor ifconfig"; return 1
	fi
}

# zone KEY FILE: the value of KEY=, of a file that sh reads.
zone() { [ -r "$2" ] && awk -v k="$1" '{ sub(/^[ \t]*(export[ \t]+)?/, "") } index($0, k "=") == 1 { v = substr($0, length(k) + 2); gsub(/^["'"'"']|["'"'"'][ \t]*$|[ \t]+$/, "", v) } END { if (v ~ /^[A-Za-z0-9_+\/-]+$/) print v; else exit 1 }' "$2"; }

# Red Hat 6 and SUSE 11 copy the zone's file and keep its name elsewhere. A file of version 2 ends
# in the zone's rule, which tells a copy without a name from another.
s_timezone() {
	z=$(readlink /etc/localtime 2>/dev/null)
	case $z in
	*/zoneinfo/*)
		z=${z#*/zoneinfo/}; z=${z#posix/}; printf '%s\n' "${z#right/}"; return 0 ;;
	esac
	zone ZONE /etc/sysconfig/clock && return 0
	zone TIMEZONE /etc/sysconfig/clock && return 0
	for f in /etc/timezone /var/db/zoneinfo; do
		z=$(first_line $f)
		if [ -n "$z" ]; then printf '%s\n' "$z"; return 0; fi
	done
	zone TZ /etc/default/init && return 0
	[ "$SYSTEM" != AIX ] || { zone TZ /etc/environment && return 0; }
	z=$(first_line /etc/TZ)
	if [ -n "$z" ]; then printf '%s\n' "$z"; return 0; fi
	if [ ! -e /etc/localtime ]; then echo UTC; return 0; fi
	rule=$(tail -n 1 /etc/localtime | awk 'NR == 1 && /^[A-Za-z0-9<>,.\/:+-]+$/ && length($0) < 80')
	state missing "/etc/localtime is a copy without a name${rule:+, with the rule $rule}"; return 1
}

s_locale() {
	for f in /etc/locale.conf /etc/default/locale /etc/sysconfig/i18n /etc/sysconfig/language /etc/profile.d/locale.sh /etc/profile.d/20locale.sh; do
		[ -r $f ] || continue
		awk -v f=$f '
			{ sub(/^[ \t]*(export[ \t]+)?/, "") }
			/^(RC_)?(LANG|LANGUAGE|LC_[A-Z]+)=[^ \t]/ {
				k = $0; sub(/=.*/, "", k); sub(/^RC_/, "", k); v = $0; sub(/^[^=]*=/, "", v)
				if (v ~ /^"?[$][{][A-Z_]+:-[^}]*[}]"?$/) { sub(/^"?[$][{][A-Z_]+:-/, "", v); sub(/[}]"?$/, "", v) }
				if (v ~ /[$]/) next
				gsub(/["'"'"']/, "", v); sub(/[ \t;#].*/, "", v)
				if (v != "") print "V\t" f "\t" k "\t" v
			}' $f
	done
	if ! has locale; then state partial "no program locale: which ones there are is not told"; return 0; fi
	limit 10 locale -a | awk '++n <= 2000 { print "L\t" $0 }'
	late $? "list of locales"
}

look_system() {
	SYSTEM=$(uname -s)
	section identity s_identity
	section os-release s_os_release
	section uname s_uname
	section kernel s_kernel
	section cmdline s_cmdline
	section dmi s_dmi
	section virt s_virt
	section container s_container
	section cloud s_cloud
	section init s_init
	section addresses s_addresses
	section hosts s_hosts
	section timezone s_timezone
	section locale s_locale
}
