# What a machine or a container says of a workload that runs there. Comes behind common.sh;
# PLANNER_WANTED has a line for each section, tab-separated, "-" for what is empty:
#   proc N UNIT EXE               P pid ppid uid rss-in-kB name, E pid name-of-a-variable
#   rows N USER CODE              output of CODE (octal), as USER (a name or a number)
#   owners N PATH UIDS GIDS       uid:gid, each once
#   files N PATH UIDS GIDS        digest of contents, digest of names, types, modes, owners
#   newer N PATH SINCE            files that were changed then or later (seconds of the epoch)
#   logs N UNIT FILE...           SHA-256 of each kind of line that tells an error, in the journal,
#                                 these files and those that it holds open
#   ask N HOST PORT TLS SNI WAIT SAY   C certificate, D what was answered, in hexadecimal
# UIDS and GIDS are OLD=NEW where an account has another number in the image, and are said as NEW.
# Only reads, and writes nothing. Values of variables and lines of logs do not leave the machine.
# shellcheck disable=SC2016,SC2154 # awk and python programs; PLANNER_WANTED comes from the sender

sockets() {
	for table in tcp tcp6 udp udp6; do
		printf '%s\n' "$table"
		cat "/proc/net/$table" 2>/dev/null
	done
}

# in_unit PID: whether its control group is the unit's or below it.
in_unit() {
	while IFS= read -r line; do
		case $line in */"$UNIT" | */"$UNIT"/*) return 0 ;; esac
	done 2>/dev/null <"/proc/$1/cgroup"
	return 1
}

proc() {
	set +f
	for pid in /proc/[0-9]*; do
		pid=${pid#/proc/}
		if [ "$UNIT" != - ]; then in_unit "$pid" || continue
		elif [ "$EXE" != - ]; then [ "$(readlink "/proc/$pid/exe")" = "$EXE" ] || continue
		fi
		awk -v pid="$pid" '
			$1 == "Name:" { name = $2 } $1 == "PPid:" { parent = $2 } $1 == "Uid:" { uid = $3 }
			$1 == "VmRSS:" { rss = $2 }
			END { if (name != "") print "P " pid " " parent " " uid " " rss + 0 " " name }
		' "/proc/$pid/status" 2>/dev/null
		# cut at the first = of each record before its lines are looked at: a value may have several
		tr '\n\0' '\001\n' 2>/dev/null <"/proc/$pid/environ" |
			sed -n "s/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/E $pid \1/p"
	done
	set -f
}

rows() {
	code=$(printf '%b' "$CODE")
	if [ "$WHO" = - ] || [ "$WHO" = "$(id -un 2>/dev/null)" ]; then limit 240 sh -c "$code"
	elif [ -z "$(said "$WHO" | tr -d 0-9)" ]; then numbered
	elif has runuser; then limit 240 runuser -u "$WHO" -- sh -c "$code"
	else limit 240 su -s /bin/sh "$WHO" -c "$code"
	fi
}

# rows as the account of this number, whose name may be anything.
numbered() {
	if [ "$WHO" = "$(id -u)" ]; then limit 240 sh -c "$code"; return; fi
	group=$(getent passwd "$WHO" | cut -d : -f 4)
	if [ -z "$group" ] || ! has setpriv; then
		state missing "no account has number $WHO, or no setpriv"; return 1
	fi
	limit 240 setpriv --reuid "$WHO" --regid "$group" --init-groups sh -c "$code"
}

owners() {
	if [ "$FIND" = gnu ]; then set -- -printf '%U:%G\n'
	elif has stat; then set -- -exec stat -c %u:%g {} +
	else state missing "no GNU find and no stat"; return 1
	fi
	limit 120 find "$PLACE" -xdev "$@" | sort -u |
		sed -e "s/^${UIDS%=*}:/${UIDS#*=}:/" -e "s/:${GIDS%=*}\$/:${GIDS#*=}/" | sort -u
}

files() {
	if [ "$FIND" != gnu ] || ! has sha256sum; then state missing "no GNU find or no sha256sum"; return 1; fi
	cd "$PLACE" || { state missing "no such folder, or closed to this login"; return 1; }
	find . -xdev -type f -print0 | sort -z | xargs -0 -r sha256sum -b | sha256sum
	case $UIDS in
	*=*) set -- \( -uid "${UIDS%=*}" -printf "${UIDS#*=} " -o -printf '%U ' \) ;;
	*) set -- -printf '%U ' ;;
	esac
	case $GIDS in
	*=*) set -- "$@" \( -gid "${GIDS%=*}" -printf "${GIDS#*=} " -o -printf '%G ' \) ;;
	*) set -- "$@" -printf '%G ' ;;
	esac
	find . -xdev -mindepth 1 -not -type s -printf '%y %m ' "$@" -printf '%p\0' | sort -z | sha256sum
}

newer() {
	limit 120 find "$PLACE" -xdev -type f -exec stat -c '%Y %n' {} + |
		awk -v since="$CHANGED" '$1 >= since { sub(/^[0-9]+ /, ""); print }' | sort | head -n 500
}

# Kinds of lines that tell an error. Keep in step with planner.verify.processes.errors, which does
# the same with a container's log. (mawk's gsub forgets some of several matches; sed does not.)
kinds() {
	awk '{ line = tolower($0) }
		match(line, /error|fatal|panic|emerg|crit|exception|traceback|segfault|denied/) {
			print substr(line, RSTART)
		}' |
		sed 's/[0-9a-fx]*[0-9][0-9a-f]*/#/g' | tr -cd '\n -~' |
		awk '!seen[$0]++ && ++count <= 300'
}

# opened: log files that processes of the unit hold open.
opened() {
	[ "$UNIT" != - ] || return 0
	set +f
	for pid in /proc/[0-9]*; do
		in_unit "${pid#/proc/}" || continue
		for fd in "$pid"/fd/*; do readlink "$fd"; done
	done 2>/dev/null | grep -E '^(/var/log/[^ ]*|/[^ ]*[.]log)$' | sort -u | head -n 8
	set -f
}

logs() {
	has sha256sum || { state missing "no sha256sum"; return 1; }
	{
		[ "$UNIT" = - ] || limit 60 journalctl -u "$UNIT" -n 5000 -o cat --no-pager
		# shellcheck disable=SC2046,SC2086 # words; globbing is off
		printf '%s\n' $FILES $(opened) | local_only | while IFS= read -r file; do
			limit 20 sh -c '[ ! -f "$1" ] || tail -n 5000 "$1"' sh "$file"
		done
	} 2>/dev/null | kinds | while IFS= read -r line; do
		said "$line" | sha256sum | cut -c 1-64
	done
}

ASK_PYTHON='
import binascii, socket, ssl, sys
host, port, tls, sni, wait, say = sys.argv[1:7]
say = bytes(bytearray(int(x, 8) for x in say.split("\\")[1:]))
out = lambda kind, data: sys.stdout.write(kind + " " + binascii.hexlify(data).decode() + "\n")
s = socket.create_connection((host, int(port)), 5)
if tls == "1":
    c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
    s = c.wrap_socket(s, server_hostname=None if sni == "-" else sni)
    out("C", s.getpeercert(True))
    if not say: sys.exit(0)
data = b""
try:
    s.sendall(say)
    while len(data) < 1048576:
        s.settimeout(float(wait) if wait != "4" or not data else 0.7)
        more = s.recv(65536)
        if not more: break
        data += more
except Exception: pass
out("D", data[:1048576])
'

ASK_PERL='
use IO::Socket::INET; use IO::Select;
my ($host, $port, $tls, $sni, $wait, $say) = @ARGV;
$say =~ s/\\([0-7]{3})/chr(oct($1))/ge;
my $s = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Timeout => 5) or exit 1;
print $s $say; $s->flush; my $data = "";
my $select = IO::Select->new($s);
while (length($data) < 1048576 && $select->can_read($wait != 4 || $data eq "" ? $wait : 0.7)) {
	sysread($s, my $more, 65536) or last; $data .= $more;
}
print "D ", unpack("H*", substr($data, 0, 1048576)), "\n";
'

hexadecimal() { printf '%s ' "$1"; od -An -v -tx1 | tr -d ' \n'; echo; }

ask() {
	[ "$SAY" != - ] || SAY=
	if has python3 && limit 30 python3 -c "$ASK_PYTHON" "$HOST" "$PORT" "$TLS" "$SNI" "$WAIT" "$SAY"; then :
	elif [ "$TLS" = 1 ]; then
		has openssl || { state missing "neither python3 nor openssl speaks TLS here"; return 1; }
		[ "$SNI" = - ] && name= || name="-servername $SNI"
		# shellcheck disable=SC2086 # two words or none
		limit 15 openssl s_client -connect "$HOST:$PORT" $name 2>/dev/null |
			openssl x509 -outform DER 2>/dev/null | hexadecimal C
		[ -n "$SAY" ] || return 0
		# shellcheck disable=SC2059,SC2086 # octal digits
		printf "$SAY" | limit_stdin openssl s_client -quiet -connect "$HOST:$PORT" $name 2>/dev/null |
			head -c 1048576 | hexadecimal D
	elif has perl && limit 30 perl -e "$ASK_PERL" "$HOST" "$PORT" "$TLS" "$SNI" "$WAIT" "$SAY"; then :
	elif has bash && has timeout; then
		limit 30 bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 1; printf "$3" >&3; timeout "$2" head -c 1048576 <&3; exit 0' \
			"$HOST" "$PORT" "$WAIT" "$SAY" | hexadecimal D
	elif has socat || has nc; then
		dialer="nc -w $WAIT $HOST $PORT"
		! has socat || dialer="socat -t $WAIT - TCP:$HOST:$PORT"
		# shellcheck disable=SC2059,SC2086 # octal digits; words of a command
		{ printf "$SAY"; sleep "$WAIT"; } | limit_stdin $dialer 2>/dev/null | head -c 1048576 | hexadecimal D
	else
		state missing "nothing there that asks a port: python3, perl, bash, socat or nc"
	fi
}

main() {
	prepare
	section sockets sockets
	printf '%s\n' "$PLANNER_WANTED" | while IFS=$TAB read -r what N a b c d e f; do
		UNIT=- EXE=-
		case $what in
		proc) UNIT=$a EXE=$b ;;
		rows) WHO=$a CODE=$b ;;
		owners | files) PLACE=$a UIDS=${b:--} GIDS=${c:--} ;;
		newer) PLACE=$a CHANGED=$b ;;
		logs) UNIT=$a FILES="$b $c $d $e $f" ;;
		ask) HOST=$a PORT=$b TLS=$c SNI=$d WAIT=$e SAY=$f ;;
		*) continue ;;
		esac
		section "$what-$N" "$what"
	done
	printf '%s Z\n' "$MARK"
}

main </dev/null 2>/dev/null | awk "$FRAME"
