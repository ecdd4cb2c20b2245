# How much the machine has to do: now, and on the days that sysstat kept.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# The first of two samples of the processors' time; the second is taken by s_load.
sample_cpu() { now; CPU_SINCE=$T; CPU_BEFORE=; read -r CPU_BEFORE </proc/stat; } 2>/dev/null

# Lines of /proc as they are, each behind the name of its file and a tab.
s_load() {
	[ -r /proc/stat ] || { state missing "no /proc/stat"; return 1; }
	now
	[ -z "$CPU_BEFORE" ] || printf 'before\t%s\t%s\n' "$((T - CPU_SINCE))" "$CPU_BEFORE"
	set --
	for f in /proc/stat /proc/loadavg /proc/uptime /proc/vmstat /proc/pressure/cpu /proc/pressure/memory /proc/pressure/io /proc/net/dev /proc/diskstats; do
		if [ -r $f ]; then set -- "$@" $f; fi
	done
	[ -r /proc/pressure/cpu ] || state partial "the kernel tells no pressure"
	set +f
	DISKS=$(printf '%s\n' /sys/block/*); export DISKS
	set -f
	awk '
		BEGIN { n = split(ENVIRON["DISKS"], w, "\n"); for (i = 1; i <= n; i++) { d = w[i]; sub(/.*\//, "", d); gsub(/!/, "/", d); disk[d] = 1 } }
		FILENAME == "/proc/stat" && $1 != "cpu" { next }
		FILENAME == "/proc/vmstat" && $1 !~ /^(pgmajfault|pswpin|pswpout|oom_kill)$/ { next }
		FILENAME == "/proc/diskstats" && (!($3 in disk) || $3 ~ /^(loop|ram|zram|sr|fd)[0-9]/ || $4 + $8 == 0) { next }
		FILENAME == "/proc/net/dev" && (!index($0, ":") || /^ *lo:|:( +0)+ *$/) { next }
		{ print FILENAME "\t" $0 }' "$@"
	unset DISKS
}

# Output of sadf -d for one or more days to one line for each day and measure:
# H, day, measure, samples, average, 95th percentile, peak, its time. Columns are known by the
# names in the headings, which differ between the versions of sysstat.
HISTORY_AWK='
BEGIN { FS = ";" }
function add(measure, value,    k) {
	k = day SUBSEP measure
	if (value < 0) value = 0
	if (!(k in count)) { order[++keys] = k }
	list[k, ++count[k]] = value; total[k] += value
	if (count[k] == 1 || value > top[k]) { top[k] = value; at[k] = time }
}
# Values of one moment that stand on several lines, as those of the interfaces.
function flush() {
	if (moment != "") { add("net_in", inbound); add("net_out", outbound) }
	moment = ""; inbound = outbound = 0
}
function has(name) { return (name in col) && $(col[name]) ~ /^-?[0-9.]+$/ }
function get(name) { return $(col[name]) + 0 }
$0 == "#UNREAD" { unread++; next }
/^#/ {
	flush()
	for (k in col) delete col[k]
	wide = NF
	sub(/^# */, "")
	for (i = 1; i <= NF; i++) if (!($i in col)) col[$i] = i
	next
}
NF != wide || $3 !~ /^[0-9]+-[0-9]+-[0-9]+ [0-9]+:[0-9]+:[0-9]+/ { if (!/LINUX-RESTART|;COM/ && NF) odd++; next }
{
	if ($2 + 0 <= 0) next
	this = substr($3, 1, 10)
	if (moment != "" && moment != $3) flush()
	day = this; time = substr($3, 12, 8)
}
has("%idle") { if ($(col["CPU"]) == "-1" || $(col["CPU"]) == "all") { add("cpu", 1 - get("%idle") / 100); if (has("%steal")) add("steal", get("%steal") / 100); if (has("%iowait")) add("iowait", get("%iowait") / 100) } next }
has("ldavg-1") { add("load", get("ldavg-1")); if (has("runq-sz")) add("run_queue", get("runq-sz")); next }
has("kbmemused") {
	if (has("kbavail") && TOTAL > 0) used = TOTAL - get("kbavail")
	else used = get("kbmemused") - get("kbbuffers") - get("kbcached")
	add("memory", used * 1024)
	next
}
has("bread/s") { add("disk_read", get("bread/s") * 512); add("disk_write", get("bwrtn/s") * 512); next }
("IFACE" in col) && (has("rxkB/s") || has("rxbyt/s")) {
	if ($(col["IFACE"]) ~ /^(lo|veth|docker|br-|virbr|vnet|tap|cni|flannel|cali|lxc|dummy|ifb)/) next
	moment = $3
	inbound += has("rxkB/s") ? get("rxkB/s") * 1024 : get("rxbyt/s")
	outbound += has("txkB/s") ? get("txkB/s") * 1024 : get("txbyt/s")
}
function percentile(k,    n, gap, i, j, v) {
	n = count[k]
	for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
		for (i = gap + 1; i <= n; i++) {
			v = list[k, i]
			for (j = i; j > gap && list[k, j - gap] > v; j -= gap) list[k, j] = list[k, j - gap]
			list[k, j] = v
		}
	i = int(n * 0.95); if (i < n * 0.95) i++
	return list[k, i]
}
END {
	flush()
	for (o = 1; o <= keys; o++) {
		k = order[o]; split(k, w, SUBSEP)
		printf "H\t%s\t%s\t%d\t%.4f\t%.4f\t%.4f\t%s\n", w[1], w[2], count[k], total[k] / count[k], percentile(k), top[k], at[k]
	}
	if (unread) printf "%s S partial %d files of sysstat could not be read\n", MARK, unread
	if (odd) printf "%s S partial %d lines of sadf were not understood\n", MARK, odd
}'

s_history() {
	dir=
	for d in /var/log/sysstat /var/log/sa; do if [ -d $d ]; then dir=$d; fi; done
	[ -n "$dir" ] || { state missing "sysstat is not installed, or has kept nothing"; return 1; }
	has sadf || { state missing "$dir is there and no sadf to read it"; return 1; }
	[ -n "$(said "$dir" | local_only)" ] || { state missing "$dir is on a network mount"; return 1; }
	set +f
	set -- "$dir"/sa[0-9][0-9] "$dir"/sa20[0-9][0-9][01][0-9][0-3][0-9]
	packed=0
	for f in "$dir"/sa[0-9]*.[gxbz]*; do [ ! -e "$f" ] || packed=$((packed + 1)); done
	set -f
	now; until=$((T + 2000))
	total=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
	for f in "$@"; do
		[ -f "$f" ] || continue
		now
		[ "$T" -lt "$until" ] || break
		limit 5 sadf -d "$f" -- -u -q -r -b -n DEV || echo '#UNREAD'
	done | awk -v TOTAL="$total" -v MARK="$MARK" "$HISTORY_AWK"
	now
	[ "$T" -lt "$until" ] || state partial "time limit reached: not all days of sysstat were read"
	[ $packed -eq 0 ] || state partial "$packed older files of sysstat are compressed and were not read"
}

look_usage() {
	section load s_load
	section history s_history
}
