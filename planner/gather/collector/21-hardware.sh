# Processors, memory, devices, kernel modules and parameters.
# shellcheck disable=SC2016 # awk programs stand in single quotes

s_cpu() {
	n=$(getconf _NPROCESSORS_ONLN 2>/dev/null)
	case $n in *[!0-9]* | '') n=$(grep -c '^processor' /proc/cpuinfo 2>/dev/null) ;; esac
	case $n in 0 | '') ! bsd || n=$(limit 5 sysctl -n hw.ncpuonline hw.ncpu | head -n 1) ;; esac
	case $n in
	*[!0-9]* | 0 | '') state missing "neither getconf nor /proc/cpuinfo tells: $SYSTEM"; return 1 ;;
	esac
	echo "$n"
}

# Of /proc/cpuinfo the first processor, and what x86, ARM, POWER and s390 say of all of them at its
# end; the serial number of a board or a mainframe stays.
CPUINFO_AWK='
BEGIN {
	FS = "[ \t]*:[ \t]*"
	n = split("vendor_id|cpu family|model|model name|cpu MHz|flags|Features|features|Processor|CPU implementer|CPU architecture|CPU part|CPU variant|cpu|clock|machine|platform|Hardware|Model|cpu model|system type|isa|uarch|mmu|type|processor 0|# processors", w, "|")
	for (i = 1; i <= n; i++) want[w[i]] = 1
}
($1 in want) && !had[$1]++ { v = $0; sub(/^[^:]*:[ \t]*/, "", v); sub(/identification = [0-9A-F]*, */, "", v); print "info." $1 "=" v }'

# Siblings that share a core are listed alike in each of them.
TOPOLOGY_AWK='
FILENAME ~ /package_id$/ && $1 >= 0 { if (!p[$1]++) sockets++ }
FILENAME ~ /siblings_list$/ { n++; if (!s[$1]++) cores++ }
END { if (sockets && cores) print "sockets=" sockets "\ncores=" cores "\nthreads=" n }'

s_processor() {
	if ! linux && bsd; then sysctls hw.model hw.machine hw.ncpu kern.smp.cores kern.smp.threads_per_core dev.cpu.0.freq hw.clockrate hw.cpuspeed; return 0; fi
	[ -r /proc/cpuinfo ] || { not_linux /proc/cpuinfo; return 1; }
	awk "$CPUINFO_AWK" /proc/cpuinfo
	cpus=/sys/devices/system/cpu
	set +f
	set -- $cpus/cpu[0-9]*/topology/physical_package_id $cpus/cpu[0-9]*/topology/thread_siblings_list
	set -f
	[ ! -r "$1" ] || awk "$TOPOLOGY_AWK" "$@"
	for key in online isolated nohz_full; do pair $key $cpus/$key; done
	pair mhz_max $cpus/cpu0/cpufreq/cpuinfo_max_freq
	pair governor $cpus/cpu0/cpufreq/scaling_governor
	[ ! -e /dev/kvm ] || echo kvm=1
}

s_meminfo() {
	if ! linux && bsd; then
		sysctls hw.physmem64 hw.physmem hw.pagesize vm.stats.vm.v_free_count vm.stats.vm.v_inactive_count vm.stats.vm.v_cache_count; return 0
	fi
	linux || { not_linux /proc/meminfo; return 1; }
	s_file /proc/meminfo
}

# A kernel without such nodes has no such folder: nothing there.
s_numa() {
	[ -d /sys/devices/system ] || { not_linux /sys/devices/system; return 1; }
	set +f
	set -- /sys/devices/system/node/node[0-9]*/meminfo
	set -f
	[ ! -r "$1" ] || awk '
		$3 == "MemTotal:" { total[$2] = $4; f = FILENAME; sub(/meminfo$/, "cpulist", f); if ((getline v < f) > 0) cpus[$2] = v; close(f); node[++n] = $2 }
		$3 == "MemFree:" { free[$2] = $4 }
		END { for (i = 1; i <= n; i++) print node[i] "\t" cpus[node[i]] "\t" total[node[i]] "\t" free[node[i]] }' "$@"
}

# Kernels of 2.6 before 26 know one size, in meminfo; Red Hat 6 has a name of its own for the rest.
s_hugepages() {
	linux || { not_linux /proc/meminfo; return 1; }
	set +f
	pools=
	for d in /sys/kernel/mm/hugepages/hugepages-*kB; do
		[ -r "$d/nr_hugepages" ] || continue
		pools=1; line=${d##*hugepages-}; line=${line%kB}
		for key in nr free resv surplus; do value "$d/${key}_hugepages"; line=$line$TAB$V; done
		printf '%s\n' "$line"
	done
	set -f
	[ -n "$pools" ] || awk '
		$1 == "HugePages_Total:" { t = $2 } $1 == "HugePages_Free:" { f = $2 } $1 == "HugePages_Rsvd:" { r = $2 }
		$1 == "HugePages_Surp:" { s = $2 } $1 == "Hugepagesize:" { size = $2 }
		END { if (size) print size "\t" t "\t" f "\t" r "\t" s }' /proc/meminfo
	for f in /sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/mm/redhat_transparent_hugepage/enabled; do
		value $f
		[ -z "$V" ] || { printf 'transparent\t%s\n' "$V"; break; }
	done
}

s_pci() {
	if [ ! -d /sys/bus/pci/devices ]; then
		[ -d /sys/bus ] || { not_linux /sys/bus; return 1; }
		return 0
	fi
	set +f
	for d in /sys/bus/pci/devices/*; do
		[ -r "$d/class" ] || continue
		read -r class <"$d/class"; read -r vendor <"$d/vendor"; read -r device <"$d/device"
		driver=
		while read -r line; do
			case $line in DRIVER=*) driver=${line#DRIVER=}; break ;; esac
		done <"$d/uevent"
		printf '%s\t%s\t%s\t%s\t%s\n' "${d##*/}" "${class#0x}" "${vendor#0x}" "${device#0x}" "$driver"
	done
	set -f
}

s_usb() {
	if [ ! -d /sys/bus/usb/devices ]; then
		[ -d /sys/bus ] || { not_linux /sys/bus; return 1; }
		return 0
	fi
	set +f
	for d in /sys/bus/usb/devices/*; do
		[ -r "$d/idVendor" ] || continue
		read -r vendor <"$d/idVendor"; read -r product <"$d/idProduct"
		value "$d/product"
		printf '%s\t%s\t%s\n' "$vendor" "$product" "$V"
	done
	set -f
}

# device KIND DETAIL FILE...: a line for each that is there.
device() {
	kind=$1; detail=$2; shift 2
	for f in "$@"; do
		[ ! -e "$f" ] || printf '%s\t%s\t%s\n' "$kind" "${f#/dev/}" "$detail"
	done
}

serial_lines() {
	if [ -r /proc/tty/driver/serial ]; then
		awk '$1 ~ /^[0-9]+:$/ && /uart:/ && !/uart:unknown/ {
			n = $1; sub(/:/, "", n); u = ""
			for (i = 2; i <= NF; i++) if ($i ~ /^(uart|irq|tx|rx):/) { sub(/^uart:/, "", $i); u = u (u == "" ? "" : " ") $i }
			print "serial\tttyS" n "\t" u }' /proc/tty/driver/serial
	elif [ -d /proc/tty/driver ]; then
		# a folder that only root may enter; most ttyS have nothing behind them
		notroot "which ttyS have hardware behind them is not told"
	fi
	device serial '' /dev/ttyAMA[0-9]* /dev/ttySC[0-9]* /dev/ttyMXC[0-9]* /dev/ttymxc[0-9]* /dev/ttyMI[0-9]* /dev/ttyXR[0-9]* /dev/ttyD[0-9]*
	device usb-serial '' /dev/ttyUSB[0-9]* /dev/ttyACM[0-9]* /dev/ttyXRUSB[0-9]*
}

s_devices() {
	[ -d /sys/class ] || { not_linux /sys/class; return 1; }
	set +f
	for d in /sys/class/tpm/tpm[0-9]*; do
		[ -e "$d" ] || continue
		value "$d/tpm_version_major"
		if [ -n "$V" ]; then V=$V.0; [ "$V" != 1.0 ] || V=1.2
		elif [ -e "/sys/class/tpmrm/tpmrm${d##*/tpm}" ]; then V=2.0
		elif [ -e "$d/caps" ] || [ -e "$d/device/caps" ]; then V=1.2
		fi
		printf 'tpm\t%s\t%s\n' "${d##*/}" "${V:+version $V}"
	done
	serial_lines
	device gpu nvidia /dev/nvidia[0-9]*
	device gpu amd /dev/kfd
	device gpu '' /dev/dri/card[0-9]* /dev/dri/renderD[0-9]*
	device accelerator '' /dev/accel/* /dev/hl[0-9]* /dev/davinci[0-9]* /dev/qat_* /dev/z90crypt
	device infiniband '' /dev/infiniband/uverbs[0-9]* /dev/infiniband/umad[0-9]*
	device fpga '' /dev/fpga[0-9]* /dev/dfl-* /dev/intel-fpga-* /dev/xclmgmt* /dev/xdma[0-9]*
	device watchdog '' /dev/watchdog[0-9]*
	[ -e /dev/watchdog0 ] || device watchdog '' /dev/watchdog
	device ipmi '' /dev/ipmi[0-9]* /dev/ipmi/[0-9]* /dev/ipmidev/[0-9]*
	device tape '' /dev/st[0-9] /dev/st[0-9][0-9] /dev/sch[0-9]*
	device video '' /dev/video[0-9]* /dev/dvb/adapter[0-9]*
	device sound '' /dev/snd/pcm*
	device parallel '' /dev/lp[0-9]* /dev/parport[0-9]* /dev/usb/lp[0-9]*
	device bus '' /dev/gpiochip[0-9]* /dev/i2c-[0-9]* /dev/spidev[0-9]*
	device userspace-io '' /dev/uio[0-9]* /dev/vfio/[0-9]*
	device memory '' /dev/dax[0-9]* /dev/pmem[0-9]*
	device virtualization '' /dev/kvm /dev/vhost-net /dev/vhost-vsock
	device tunnel '' /dev/net/tun /dev/ppp
	device fuse '' /dev/fuse
	device modem '' /dev/cdc-wdm[0-9]* /dev/capi20 /dev/isdn[0-9]* /dev/dahdi/ctl
	device token '' /dev/hasp* /dev/aks* /dev/usb/hiddev[0-9]*
	for d in /sys/class/ptp/ptp[0-9]*; do
		[ -e "$d" ] || continue
		value "$d/clock_name"; printf 'ptp\t%s\t%s\n' "${d##*/}" "$V"
	done
	for d in /sys/class/rtc/rtc[0-9]*; do
		[ -e "$d" ] || continue
		value "$d/name"; printf 'rtc\t%s\t%s\n' "${d##*/}" "$V"
	done
	for d in /sys/bus/pci/devices/*; do
		if [ -e "$d/physfn" ]; then printf 'sr-iov\t%s\tvirtual function\n' "${d##*/}"
		elif [ -r "$d/sriov_numvfs" ]; then
			value "$d/sriov_numvfs"
			[ "${V:-0}" = 0 ] || printf 'sr-iov\t%s\t%s virtual functions\n' "${d##*/}" "$V"
		fi
	done
	set -- /sys/kernel/iommu_groups/[0-9]*
	set -f
	[ ! -e "$1" ] || printf 'iommu\tgroups\t%s\n' $#
}

s_modules() {
	if [ ! -r /proc/modules ]; then
		# A kernel that was built without modules has no such file, and nothing is loaded.
		if [ -r /proc/self/mountinfo ] && [ ! -e /proc/modules ]; then return 0; fi
		if ! linux && has kldstat; then echo kldstat; limit 5 kldstat; return 0; fi
		if linux; then state missing "no /proc/modules"; return 1; fi
		not_linux /proc/modules; return 1
	fi
	while read -r name _; do
		taint=-
		[ ! -r "/sys/module/$name/taint" ] || read -r taint <"/sys/module/$name/taint"
		printf '%s\t%s\n' "$name" "$taint"
	done </proc/modules | in_tree "/lib/modules/$(uname -r)/modules.dep"
}

# in_tree LIST: kernels before 3.4 tell no taint of a module. There it is where its file lies that
# tells whether it came with the kernel; - stays where that is not known either.
in_tree() {
	[ -r "$1" ] || set -- /dev/null
	awk -F '\t' -v LIST="$1" '
		$2 != "-" { print; next }
		!had++ {
			while ((getline line <LIST) > 0) {
				sub(/:.*/, "", line)
				name = line; sub(/.*\//, "", name); sub(/\.ko(\.[a-z]+)?$/, "", name); gsub(/-/, "_", name)
				where[name] = line ~ /(^|\/)kernel\// ? "" : "O"
			}
		}
		{ print $1 "\t" ($1 in where ? where[$1] : "-") }'
}

# Parameters that services ask for. Whether a container has its own of each is the rules' to say:
# kernel.shm*, msg*, sem and fs.mqueue.* go with the IPC namespace, most of net.* with the network
# namespace (Documentation/admin-guide/sysctl), the others belong to the whole kernel.
SYSCTLS='
vm/swappiness vm/overcommit_memory vm/overcommit_ratio vm/overcommit_kbytes vm/max_map_count vm/nr_hugepages vm/nr_overcommit_hugepages vm/hugetlb_shm_group vm/dirty_ratio vm/dirty_background_ratio vm/dirty_bytes vm/dirty_background_bytes vm/dirty_expire_centisecs vm/min_free_kbytes vm/zone_reclaim_mode vm/mmap_min_addr vm/vfs_cache_pressure vm/panic_on_oom
kernel/shmmax kernel/shmall kernel/shmmni kernel/shm_rmid_forced kernel/sem kernel/msgmax kernel/msgmnb kernel/msgmni
kernel/sched_rt_runtime_us kernel/sched_rt_period_us kernel/sched_autogroup_enabled kernel/sched_min_granularity_ns kernel/sched_migration_cost_ns kernel/numa_balancing kernel/timer_migration
kernel/pid_max kernel/threads-max kernel/core_pattern kernel/core_uses_pid kernel/randomize_va_space kernel/panic kernel/sysrq kernel/kptr_restrict kernel/dmesg_restrict kernel/perf_event_paranoid kernel/unprivileged_bpf_disabled kernel/unprivileged_userns_clone kernel/yama/ptrace_scope kernel/modules_disabled kernel/keys/maxkeys kernel/io_uring_disabled
user/max_user_namespaces
fs/file-max fs/nr_open fs/aio-max-nr fs/pipe-max-size fs/suid_dumpable fs/inotify/max_user_watches fs/inotify/max_user_instances fs/mqueue/msg_max fs/mqueue/msgsize_max fs/mqueue/queues_max
net/core/somaxconn net/core/rmem_max net/core/wmem_max net/core/rmem_default net/core/wmem_default net/core/netdev_max_backlog net/core/netdev_budget net/core/optmem_max net/core/default_qdisc net/core/busy_poll net/core/bpf_jit_enable
net/ipv4/ip_forward net/ipv4/ip_local_port_range net/ipv4/ip_unprivileged_port_start net/ipv4/ip_nonlocal_bind net/ipv4/ip_local_reserved_ports net/ipv4/ping_group_range net/ipv4/conf/all/rp_filter net/ipv4/conf/all/arp_ignore net/ipv4/conf/all/arp_announce net/ipv4/conf/all/forwarding net/ipv4/conf/all/send_redirects net/ipv4/igmp_max_memberships
net/ipv4/tcp_rmem net/ipv4/tcp_wmem net/ipv4/tcp_mem net/ipv4/tcp_max_syn_backlog net/ipv4/tcp_syncookies net/ipv4/tcp_fin_timeout net/ipv4/tcp_tw_reuse net/ipv4/tcp_tw_recycle net/ipv4/tcp_max_tw_buckets net/ipv4/tcp_keepalive_time net/ipv4/tcp_keepalive_intvl net/ipv4/tcp_keepalive_probes net/ipv4/tcp_congestion_control net/ipv4/tcp_timestamps net/ipv4/tcp_sack net/ipv4/tcp_window_scaling net/ipv4/tcp_fastopen net/ipv4/tcp_mtu_probing net/ipv4/tcp_retries2 net/ipv4/tcp_slow_start_after_idle
net/ipv4/neigh/default/gc_thresh1 net/ipv4/neigh/default/gc_thresh2 net/ipv4/neigh/default/gc_thresh3 net/ipv6/conf/all/disable_ipv6 net/ipv6/conf/all/forwarding net/ipv6/bindv6only net/netfilter/nf_conntrack_max net/bridge/bridge-nf-call-iptables'

s_sysctl() {
	[ -d /proc/sys/kernel ] || { not_linux /proc/sys; return 1; }
	printf '%s\n' "$SYSCTLS" | awk "$PLANNER_MASK"'{
		for (i = 1; i <= NF; i++) {
			f = "/proc/sys/" $i
			if ((getline v < f) > 0) {
				close(f); gsub(/[ \t]+/, " ", v); mask_reset()
				key = $i; gsub(/\./, "*", key); gsub(/\//, ".", key); gsub(/\*/, "/", key)
				print key "\t" escape(mask_text(v))
			}
		}
	}'
}

look_hardware() {
	section cpu s_cpu
	section processor s_processor
	section meminfo s_meminfo
	section numa s_numa
	section hugepages s_hugepages
	section pci s_pci
	section usb s_usb
	section devices s_devices
	section modules s_modules
	section sysctl s_sysctl
}
