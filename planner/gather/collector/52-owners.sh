# Which package owns what is in use, and the programs that none owns.
# shellcheck disable=SC2016 # awk programs stand in single quotes

running_programs() { said "$PROCESSES" | awk '/^exe \// && !/\\/ { p = substr($0, 5); sub(/ [(]deleted[)]$/, "", p); if (!seen[p]++) print p }'; }

# Programs that run or that units start, unit files and init scripts, folders of /etc, mapped
# libraries.
wanted_owners() {
	{
		running_programs
		said "$UNITS" | awk '/^FragmentPath=\// { print substr($0, 14) }'
		said "$UNIT_TEXT" | awk '/^[|]Exec(Start|StartPre)=[-@:+!]*\// { p = $1; sub(/^[|][A-Za-z]*=[-@:+!]*/, "", p); print p }'
		said "$SYSV" | awk -F "$TAB" '$3 ~ /^\// { print $3 }'
		said "$MAPPED"
		job_tools
		set +f
		for d in /etc/*/; do d=${d%/}; [ -L "$d" ] || printf '%s\n' "$d"; done
		set -f
	} | awk '/^\// && !/\\/ && !seen[$0]++'
}

# Executables where programs lie, as stat_lines prints them; what links to /etc/alternatives is
# the choice between packages.
executables() {
	list=$(printf '%s\n' /usr/bin /usr/sbin /bin /sbin /usr/local/bin /usr/local/sbin /opt | starts)
	[ -n "$list" ] || return 0
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $list
	unset IFS
	if [ "$FIND" = gnu ]; then
		{
			limit 15 find "$@" -xdev -maxdepth 3 -name node_modules -prune -o \( -type f -perm -100 -o -type l ! -path '/opt/*/lib*' \) \
				-printf '%y\t%m\t%U\t%G\t%s\t%T@\t%p\t%l\0' 2>/dev/null
			late $? "programs that no package owns" | tr '\n' '\0'
		} | tr '\0\n' '\n\001'
	else
		{
			limit 15 find "$@" -xdev -maxdepth 3 -perm -100 ! -type d 2>/dev/null
			late $? "programs that no package owns"
		} | stat_lines
	fi | awk -F "$TAB" "-vMARK=$MARK" '
		index($0, MARK) == 1 { print; next }
		/\001/ { next }
		$1 == "l" && ($8 ~ /^\/etc\/alternatives\// || $8 ~ /^(\/bin\/|\.\.\/bin\/|\/usr\/bin\/)?busybox$/) { next }
		$7 ~ /\.(so|py|pyc|sh\.txt|h|js|json|md|txt|html|css|jar|class)(\.[0-9.]*)?$/ && $7 ~ /^\/opt\// { next }
		!/\\/'
}

# /bin and /usr/bin are one, whichever a package names.
OTHER_AWK='
function other(p) {
	if (p ~ /^\/usr\/(bin|sbin|lib|lib32|lib64|libx32)\//) return substr(p, 5)
	if (p ~ /^\/(bin|sbin|lib|lib32|lib64|libx32)\//) return "/usr" p
	return ""
}'

# Lines: W path that is wanted, X path of an executable, then = and (package TAB path, for
# configuration TAB digest), or the lists of dpkg. Gives O path package for what is wanted, C path
# for all below /etc, D digest path package for configuration, U path for executables that nobody
# owns.
OWNERS_AWK='
function wants(p,    o) { want[p] = p; o = other(p); if (o != "" && !(o in want)) want[o] = p }
function owns(p, pkg) {
	heard = 1
	if (p ~ /^\/etc\//) print "C\t" p
	if ((p in want) && !((want[p], pkg) in told)) {
		told[want[p], pkg] = 1
		p = want[p]
		if (owner[p] == "") owner[p] = pkg; else owner[p] = owner[p] ", " pkg
	}
}
FILENAME == "-" && !rest {
	if ($0 == "=") { rest = 1; next }
	mark = substr($0, 1, 1); p = substr($0, 3); wants(p)
	if (mark == "W") all[p] = 1; else program[p] = 1
	next
}
FILENAME == "-" { split($0, w, "\t"); owns(w[2], w[1]); if (w[3] != "") print "D\t" (w[3] == "-" ? "" : w[3]) "\t" w[2] "\t" w[1]; next }
FNR == 1 { pkg = FILENAME; sub(/.*\//, "", pkg); sub(/\.list$/, "", pkg); sub(/:.*/, "", pkg) }
{ owns($0, pkg) }
END {
	if (!heard) exit
	for (p in all) print "O\t" p "\t" owner[want[p]]
	for (p in program) if (owner[want[p]] == "") print "U\t" p
}'

# package TAB path for all files and the digest of configuration (- for a link or a folder), from
# what the package manager keeps; one pass, no list of arguments, and no question about paths that
# the one who asks may not see. FILEFLAGS of rpm: 1 is configuration.
RPM_FILES_AWK='BEGIN { FS = "\t" } { print $1 "\t" $2 (($3 % 2) && $2 ~ /^\/etc\// ? "\t" ($4 == "" ? "-" : $4) : "") }'

# P: package, F: folder, R: file, Z: Q1 and SHA-1 in base64. What lies below /etc is configuration.
APK_FILES_AWK='
BEGIN { for (i = 0; i < 64; i++) value[substr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", i + 1, 1)] = i }
function hex(s,    i, out) {
	for (i = 1; i <= 25; i += 4)
		out = out sprintf("%06x", ((value[substr(s, i, 1)] * 64 + value[substr(s, i + 1, 1)]) * 64 + value[substr(s, i + 2, 1)]) * 64 + value[substr(s, i + 3, 1)])
	return substr(out, 1, 40)
}
function flush() { if (file != "") print pkg "\t" file digest; file = digest = "" }
/^P:/ { flush(); pkg = substr($0, 3) }
/^F:/ { flush(); dir = substr($0, 3); if (dir != "") { dir = "/" dir; print pkg "\t" dir } }
/^R:/ { flush(); file = dir "/" substr($0, 3); if (file ~ /^\/etc\//) digest = "\t-" }
/^Z:Q1/ { if (digest != "") digest = "\t" hex(substr($0, 5)) }
END { flush() }'

# Of each file of pacman: folder NAME-VERSION-RELEASE, %FILES%, %BACKUP% with MD5.
PACMAN_FILES_AWK='
{
	pkg = $0; sub(/\/files$/, "", pkg); sub(/.*\//, "", pkg); sub(/-[^-]*-[^-]*$/, "", pkg); part = ""
	while ((getline line < $0) > 0) {
		if (line ~ /^%/) part = line
		else if (line == "") part = ""
		else if (part == "%FILES%") { sub(/\/$/, "", line); print pkg "\t/" line }
		else if (part == "%BACKUP%" && split(line, w, "\t") == 2) print pkg "\t/" w[1] "\t" w[2]
	}
	close($0)
}'

files_of_packages() {
	if [ -n "$RPM" ]; then
		# before rpm 4.6 the tag had another name, and a query with an unknown one gives nothing
		digests=FILEDIGESTS
		rpm_asked 5 --querytags | grep -q '^FILEDIGESTS$' || digests=FILEMD5S
		rpm_asked 60 -qa --qf '[%{=NAME}\t%{FILENAMES}\t%{FILEFLAGS}\t%{'$digests'}\n]' | awk "$RPM_FILES_AWK"
	elif [ -n "$APK_DB" ]; then
		limit 20 awk "$APK_FILES_AWK" "$APK_DB"
	elif [ -d /var/lib/pacman/local ]; then
		limit 10 find /var/lib/pacman/local -maxdepth 2 -name files 2>/dev/null | limit_stdin awk "$PACMAN_FILES_AWK"
	fi
}

collect_owned() {
	[ -n "$DPKG$RPM$APK_DB" ] || [ -d /var/lib/pacman/local ] || return 0
	set +f
	if [ -n "$DPKG" ]; then set -- /var/lib/dpkg/info/*.list; else set --; fi
	set -f
	{
		wanted_owners | awk '{ print "W " $0 }'
		said "$EXECUTABLES" | awk -F "$TAB" '$7 != "" { print "X " $7 }'
		running_programs | awk '{ print "X " $0 }'
		echo '='
		[ -n "$DPKG" ] || files_of_packages
	} | limit_stdin awk "$OTHER_AWK$OWNERS_AWK" - "$@"
}

s_owners() {
	[ -n "$OWNED" ] || { state missing "no package manager that is known here told of its files"; return 1; }
	said "$OWNED" | awk -F "$TAB" '$1 == "O" { print $2 "\t" $3 }' | sort
}

# Programs that no package owns: those that run first, then by path; 400 at most. Link targets that
# a package owns (a name that its script made) say nothing.
UNOWNED_LIMIT=400

# First line of those that are scripts, ELF by its magic number: reads the head of each.
# Lines: E path (an ELF), then = and fields of stat_lines behind R (runs) or -.
UNOWNED_AWK='
BEGIN { FS = "\t" }
!rest { if ($0 == "=") rest = 1; else elf[$0] = 1; next }
{
	kind = ""; with = ""
	if ($2 == "l") kind = "link"
	else if ($8 in elf) kind = "elf"
	else if ($6 + 0 < 1048576) {
		line = ""; r = (getline line < $8); close($8)
		if (r < 0) kind = "unread"
		else if (line ~ /^#!/) { kind = "script"; with = substr(line, 3); gsub(/^[ ]+|[\001-\037]/, "", with); with = substr(with, 1, 200) }
		else kind = "other"
	} else kind = "other"
	sub(/\..*/, "", $7)
	print kind "\t" $3 "\t" $4 "\t" $5 "\t" $6 "\t" $7 "\t" ($1 == "R") "\t" escape($8) "\t" escape($9) "\t" escape(mask_arg(with))
	mask_reset()
}'

collect_unowned() {
	running=$(running_programs)
	list=$({ said "$EXECUTABLES"; said "$running" | stat_lines; } | {
		said "$running" | awk '{ print "R " $0 }'
		said "$OWNED" | awk -F "$TAB" '$1 == "U" { print "U " $2 }'
		echo '='
		cat
	} | awk -F "$TAB" "$PASS_AWK"'
		!rest { if ($0 == "=") rest = 1; else if (/^R /) run[substr($0, 3)] = 1; else none[substr($0, 3)] = 1; next }
		$7 == "" || !($7 in none) || seen[$7]++ { next }
		$1 == "l" {
			t = $8; if (t !~ /^\//) { d = $7; sub(/[^\/]*$/, "", d); t = d t; while (sub(/\/[^\/]+\/\.\.\//, "/", t)) ; gsub(/\/\.\//, "/", t) }
			if (t ~ /^\/(usr\/)?s?bin\// && !(t in none)) next
		}
		{ print (($7 in run) ? "R" : "-") "\t" $0 }' | sort -t "$TAB" -k 1,1r -k 8,8)
	said "$list" | awk "$PASS_AWK"
	list=$(said "$list" | awk '/^[R-]/')
	n=$(said "$list" | awk 'END { print NR }')
	[ "$n" -le $UNOWNED_LIMIT ] || state partial "$UNOWNED_LIMIT of $n programs that no package owns"
	list=$(said "$list" | awk -v n=$UNOWNED_LIMIT 'NR <= n')
	plain=$(said "$list" | awk -F "$TAB" '$2 == "f" && $6 > 0 { print $8 }')
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $plain
	unset IFS
	{
		# a line that begins so ends the search of a file: the first of an ELF does
		[ $# -eq 0 ] || limit 15 grep -la -m 1 "^$(printf '\177')ELF" "$@" 2>/dev/null
		echo '='
		said "$list"
	} | limit_stdin awk "$PLANNER_MASK$UNOWNED_AWK"
}

s_unowned() {
	[ -n "$OWNED" ] || { state missing "no package manager that is known here told of its files"; return 1; }
	said "$EXECUTABLES" | awk "-vMARK=$MARK" 'index($0, MARK) == 1'
	said "$UNOWNED" | awk '!had[$0]++'
	notroot "programs of others that run, and those in closed folders, were not seen"
}

# Programs that run and are not what their package shipped: path, package. Reads them (10 MB of
# programs take 0.03 s): 64 MB each and 256 MB in all at most. Only dpkg: prelink changes programs
# behind the back of an old rpm, and a whole `dpkg -V` or `rpm -V` reads every file of the system.
ALTERED_AWK='
FILENAME == "-" && !rest { if ($0 == "=") rest = 1; else { i = index($0, "\t"); owner[substr($0, 1, i - 1)] = substr($0, i + 1) } next }
FILENAME == "-" { sub(/^\\/, ""); i = index($0, " "); digest[substr($0, i + 2)] = substr($0, 1, i - 1); next }
{
	i = index($0, " "); path = "/" substr($0, i + 2); sum = substr($0, 1, i - 1)
	if (!(path in digest)) path = other(path)
	if ((path in digest) && !(path in good)) { shipped[path] = 1; if (digest[path] == sum) { good[path] = 1; delete shipped[path] } }
}
END { for (path in shipped) print path "\t" owner[path] }'

s_altered() {
	[ -n "$DPKG" ] || { state missing "digests of programs are only looked up in what dpkg keeps"; return 1; }
	pairs=$(said "$OWNED" | awk -F "$TAB" '$1 == "O" && $3 != "" { print $2 "\t" $3 }')
	list=$(running_programs | stat_lines | {
		said "$pairs"; echo '='; cat
	} | awk -F "$TAB" "$PASS_AWK"'
		!rest { if ($0 == "=") rest = 1; else owner[$1] = 1; next }
		$1 != "f" || !($7 in owner) { next }
		$5 > 67108864 || (total += $5) > 268435456 { cut++; next }
		{ print $7 }
		END { if (cut) printf "%s S partial %d programs are too large to be compared\n", MARK, cut }')
	said "$list" | awk "-vMARK=$MARK" 'index($0, MARK) == 1'
	list=$(said "$list" | awk '/^\//')
	notroot "programs of others that run were not compared"
	[ -n "$list" ] || return 0
	has md5sum || { state missing "no md5sum here"; return 1; }
	set +f
	owners=$({ said "$pairs"; echo '='; said "$list"; } | awk -F "$TAB" '
		!rest { if ($0 == "=") rest = 1; else owner[$1] = $2; next }
		{ n = split(owner[$0], w, ", "); for (i = 1; i <= n; i++) if (!seen[w[i]]++) print w[i] }' |
		while read -r p; do for f in /var/lib/dpkg/info/"$p".md5sums /var/lib/dpkg/info/"$p":*.md5sums; do [ ! -r "$f" ] || printf '%s\n' "$f"; done; done)
	set -f
	[ -n "$owners" ] || return 0
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $list
	unset IFS
	sums=$(limit 20 md5sum "$@" 2>/dev/null); code=$?
	late $code "programs that are not as shipped"
	[ $code -eq 0 ] || [ $code -eq 124 ] || [ $code -eq 137 ] || state partial "not all programs could be compared: md5sum gave exit status $code"
	IFS=$NL
	# shellcheck disable=SC2086
	set -- $owners
	unset IFS
	{ said "$pairs"; echo '='; said "$sums"; } | limit_stdin awk "$OTHER_AWK$ALTERED_AWK" - "$@" | sort
}

look_owners() {
	collecting
	APK_DB=
	for f in /lib/apk/db/installed /usr/lib/apk/db/installed; do [ ! -r $f ] || APK_DB=$f; done
	EXECUTABLES=$(executables)
	OWNED=$(collect_owned)
	section owners s_owners
	collecting
	UNOWNED=$(collect_unowned)
	section unowned s_unowned
	section altered s_altered
}
