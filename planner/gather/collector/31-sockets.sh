# Sockets: who listens, who speaks to whom.
# shellcheck disable=SC2016 # awk programs stand in single quotes

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

look_sockets() {
	section listeners s_listeners
	section connections s_connections
}
