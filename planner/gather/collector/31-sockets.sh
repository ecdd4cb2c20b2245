# Sockets: who listens, who speaks to whom.
# shellcheck disable=SC2016 # awk programs stand in single quotes

SOCKETS_AWK='!(NR == 1 && /^(Netid|State|Recv-Q)/)'

# can_netstat: netstat that tells processes (busybox may be built without, and prints its help).
can_netstat() { has netstat && limit 5 netstat -tnp 2>/dev/null | grep -q '^Proto'; }

# Inode of a socket and its process, a line each: O INODE PID.
socket_owners() {
	set +f
	if [ "$FIND" = gnu ]; then limit 15 find /proc/[0-9]*/fd -maxdepth 1 -type l -lname 'socket:*' -printf '%p %l\n'
	else limit 15 ls -ln /proc/[0-9]*/fd | awk '/^\/proc\/.*:$/ { p = $0; sub(/:$/, "/x", p) } / socket:\[[0-9]+\]$/ { print p " " $NF }'
	fi | awk '{ p = substr($1, 7); sub(/\/.*/, "", p); i = $2; gsub(/[^0-9]/, "", i); if (!((i, p) in had)) { had[i, p] = 1; print "O " i " " p } }'
	set -f
} 2>/dev/null

# byte_order: little or big; - where it cannot be told.
byte_order() { case $(printf '\001\002' | od -x 2>/dev/null) in *0201*) echo little ;; *0102*) echo big ;; *) echo - ;; esac; }

# proc_sockets STATES PROTOCOL...: sockets as the kernel lists them, with the order of bytes that
# its addresses have. STATES: 0A for listening, 01 for connected, 07 for a udp socket of nobody.
proc_sockets() {
	states=$1; shift
	echo "proc $(byte_order)"
	for f in "$@"; do [ ! -r "/proc/net/$f" ] || awk -v f="$f" -v states="$states" 'FNR > 1 && index(states, f == "udp" || f == "udp6" ? "u" $4 : "t" $4) { print "T " f " " $2 " " $3 " " $4 " " $10 }' "/proc/net/$f"; done
	said "$SOCKET_OWNERS"
}

# Sockets of other network namespaces are not in these lists. Those with a loopback alone (services
# with PrivateNetwork=) are shut off and lack nothing.
# shellcheck disable=SC2046,SC2086 # names of folders below /proc
other_networks() {
	[ "$ID" -eq 0 ] || return 0
	set -- $(said "$PROCESSES" | awk '/^P / { pid = $2 } /^ns / { for (i = 2; i <= NF; i++) if ($i ~ /^net:/) { count[$i]++; if (!($i in first)) { first[$i] = pid } } } END { for (n in first) print first[n] ":" count[n] }')
	seen=0
	for one in "$@"; do
		awk -F: 'NR > 2 && $1 !~ /^ *(lo|tunl0|sit0|gre0|gretap0|erspan0|ip6tnl0|ip6gre0|ip_vti0|ip6_vti0)$/ { n++ } END { exit !n }' "/proc/${one%:*}/net/dev" && seen=$((seen + ${one#*:}))
	done 2>/dev/null
	[ $seen -eq 0 ] || state partial "$seen processes live in other networks of this machine (containers): their sockets are not seen"
}

s_listeners() {
	if has ss; then
		text=$(limit 15 ss -t -u -l -n -p 2>/dev/null); code=$?
		[ -z "$text" ] || printf '%s\n' "$text" | awk "$SOCKETS_AWK"
	elif has sockstat; then
		echo sockstat; limit 15 sockstat -46l 2>/dev/null; code=$?
	elif can_netstat; then
		echo netstat; limit 15 netstat -tulnp 2>/dev/null; code=$?
	elif [ -r /proc/net/tcp ]; then
		proc_sockets 't0A u07' tcp tcp6 udp udp6; code=$?
	else state missing "neither ss nor netstat nor sockstat nor /proc/net/tcp"; return 1
	fi
	late $code "list of sockets"
	other_networks
	notroot "which process a socket belongs to is known for own processes only"
	return $code
}

s_connections() {
	if has ss; then
		text=$(limit 15 ss -t -u -n -p state established 2>/dev/null); code=$?
		[ -z "$text" ] || printf '%s\n' "$text" | awk "$SOCKETS_AWK"
	elif has sockstat; then
		echo sockstat; limit 15 sockstat -46c 2>/dev/null; code=$?
	elif can_netstat; then
		echo netstat; limit 15 netstat -tunp 2>/dev/null; code=$?
	elif [ -r /proc/net/tcp ]; then
		proc_sockets 't01 u01' tcp tcp6 udp udp6; code=$?
	else state missing "neither ss nor netstat nor sockstat nor /proc/net/tcp"; return 1
	fi
	late $code "list of connections"
	other_networks
	notroot "which process a connection belongs to is known for own processes only"
	return $code
}

# Of UNIX sockets only those that have a name, and the ends that are tied to them.
UNIX_AWK='
NR == 1 && /^Netid/ { next }
{
	line[++n] = $0; s = $0; sub(/ users:\(.*/, "", s)
	k = split(s, w, " ")
	own[n] = w[k - 2]; peer[n] = w[k]; named[n] = !(w[5] == "*" && k == 8)
	if (named[n]) { wanted[own[n]] = 1; if (peer[n] != 0) wanted[peer[n]] = 1 }
}
END {
	for (i = 1; i <= n; i++) {
		if (!(own[i] in wanted) && !(peer[i] in wanted)) continue
		if (++told > 6000) { print MARK " S partial more UNIX sockets than are told"; exit }
		mask_reset(); print mask_text(line[i])
	}
}'

s_unix_sockets() {
	if has ss; then
		text=$(limit 15 ss -x -a -n -p 2>/dev/null); code=$?
		[ -z "$text" ] || printf '%s\n' "$text" | awk -v MARK="$MARK" "$PLANNER_MASK$UNIX_AWK"
	elif [ -r /proc/net/unix ]; then
		echo proc
		awk "$PLANNER_MASK"'NR > 1 && NF > 7 { mask_reset(); p = $0; for (i = 1; i < 8; i++) sub(/^ *[^ ]+/, "", p); print "U " $4 " " $5 " " $6 " " $7 " " mask_text(substr(p, 2)) }' /proc/net/unix
		said "$SOCKET_OWNERS"; code=0
		state partial "no ss: who speaks to whom over UNIX sockets is not known"
	else state missing "neither ss nor /proc/net/unix"; return 1
	fi
	late $code "list of UNIX sockets"
	notroot "which process a UNIX socket belongs to is known for own processes only"
	return $code
}

# Sockets of other protocols than TCP and UDP, and below them: raw, packet, SCTP. Of a raw socket
# /proc/net writes the protocol where a port stands.
SPECIAL_AWK='
FNR == 1 || NF < 8 { next }
f ~ /^raw/ { n = split($2, w, ":"); print "raw" TAB w[n] TAB $10 }
f == "packet" { print "packet" TAB $4 TAB $9 }
f == "sctp/eps" { print "sctp" TAB $6 TAB $8 }'

# Groups that the machine listens to; those of IPv4 in its own order of bytes, by interface.
GROUPS_AWK='
f == "igmp" && /^[0-9]/ { name = $2; sub(/:$/, "", name) }
f == "igmp" && /^[ \t]/ && $1 ~ /^[0-9A-F]+$/ && length($1) == 8 { print "group" TAB name TAB $1 }
f == "igmp6" && length($3) == 32 { print "group" TAB $2 TAB $3 }'

s_special_sockets() {
	[ -r /proc/net/packet ] || [ -r /proc/net/raw ] || { state missing "no /proc/net of Linux"; return 1; }
	printf 'order\t%s\n' "$(byte_order)"
	text=$(for f in raw raw6 packet sctp/eps; do
		[ ! -r "/proc/net/$f" ] || awk -v f="$f" -v TAB="$TAB" "$SPECIAL_AWK" "/proc/net/$f"
	done)
	said "$text"
	for f in igmp igmp6; do
		[ ! -r "/proc/net/$f" ] || awk -v f="$f" -v TAB="$TAB" "$GROUPS_AWK" "/proc/net/$f"
	done
	other_networks
	[ -n "$text" ] || return 0
	said "${SOCKET_OWNERS:-$(socket_owners)}" | LIST=$text awk -v TAB="$TAB" '
		BEGIN { n = split(ENVIRON["LIST"], l, "\n"); for (i = 1; i <= n; i++) { split(l[i], w, TAB); wanted[w[3]] = 1 } }
		$2 in wanted { print "owner" TAB $2 TAB $3 }'
	notroot "which process a raw socket belongs to is known for own processes only"
}

look_sockets() {
	collecting
	SOCKET_OWNERS=; has ss || has sockstat || SOCKET_OWNERS=$(socket_owners)
	section listeners s_listeners
	section connections s_connections
	section unix-sockets s_unix_sockets
	section special-sockets s_special_sockets
}
