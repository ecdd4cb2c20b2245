# What several parts of the look need: text of files, single values.
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
BEGIN { FS = "\t"; FILE_LIMIT = 524288 }
index($0, MARK) == 1 { print; next }
{
	path = $7
	if (path ~ /[\t\001]/ || $5 + 0 > 4 * FILE_LIMIT && !($5 + 0 <= 0)) big = 1; else big = 0
	mask_reset(); MASKED = 0; bytes = 0; cut = 0; n = 0; binary = 0; opened = 0
	while ((r = (getline line < path)) > 0) {
		opened = 1
		if (n == 0 && (index(line, "\377\376") == 1 || index(line, "\376\377") == 1)) { binary = 1; break }  # UTF-16: the mask reads none
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
	stat_lines | awk -v kinds="$2" -F "$TAB" "$PASS_AWK"'$1 == "f" || ($1 == "l" && kinds == "follow")' |
		limit_stdin awk -v TOTAL="$1" -v MARK="$MARK" "$PLANNER_MASK$CARRY_AWK"
	late $? "text of files"
}

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

s_file() {
	if [ -r "$1" ]; then cat "$1"
	elif [ -e "$1" ]; then state missing "not allowed to read $1"; return 1
	else state missing "no $1"; return 1
	fi
}

