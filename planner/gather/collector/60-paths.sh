# Paths that services use, and how much lies there.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# Every absolute path in carried text whose first folder exists on this machine.
PATHS_AWK='
BEGIN { n = split(ENVIRON["TOPS"], w, "\n"); for (i = 1; i <= n; i++) top[w[i]] = 1; top["/proc"] = top["/sys"] = 0; delete top["/proc"]; delete top["/sys"] }
function want(p,    t) {
	gsub(/\/+/, "/", p); sub(/[\/.]+$/, "", p)
	t = p; sub(/^\//, "", t); if (!index(t, "/")) return
	sub(/\/.*/, "", t)
	if (!(("/" t) in top) || p ~ /\/\.\.?(\/|$)/ || seen[p]++) return
	if (++count <= 6000) print p
}
/^F\t/ { next }
/^exe \// || /^cwd \// || /^w \// { p = $0; sub(/^[a-z]+ /, "", p); if (p !~ /\\/) want(p); next }
/^(e|cgroup|comm) / { next }
/^[|][ \t]*#/ { next }
{
	s = $0
	while (match(s, /\/[A-Za-z0-9_.@%+\/-]+/)) {
		before = RSTART > 1 ? substr(s, RSTART - 1, 1) : ""
		p = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
		if (before ~ /[A-Za-z0-9_.\/}*]/ || p ~ /%/) continue
		if (p ~ /^\/\//) continue
		want(p)
	}
}
END { if (count > 6000) printf "%s S partial more than 6000 paths\n", MARK }'

# The paths that come in, and of PostgreSQL's folders among them the links to a log and to
# tablespaces that lie elsewhere, with what they lead to.
with_tablespaces() {
	all=$(cat)
	said "$all"
	said "$all" | local_only | while read -r d; do
		{ [ -f "$d/PG_VERSION" ] && [ -d "$d/global" ]; } || continue
		for l in "$d/pg_wal" "$d/pg_xlog" "$d"/pg_tblspc/*; do
			if [ -L "$l" ]; then printf '%s\n' "$l"; readlink "$l" 2>/dev/null
			elif [ -e "$l" ]; then printf '%s\n' "$l"; fi
		done
	done
}

collect_paths() {
	set +f
	TOPS=$(for d in /*; do printf '%s\n' "$d"; done); export TOPS
	{
		{ said "$PROCESSES"; said "$UNIT_TEXT"; said "$CRON"; said "$FILES"; } | awk -v MARK="$MARK" "$PATHS_AWK"
		# names only: to ask a mount point for more may never come back
		printf '%s\n' /srv /opt /var/www /var/lib /var/log /var/cache /var/spool /data | local_only |
			while read -r d; do printf '%s\n' "$d" "$d"/*; done
	} | with_tablespaces | { set -f; stat_lines; } | awk -F "$TAB" "$PASS_AWK$PLANNER_MASK"'
		BEGIN { split("f file d dir l link s socket p fifo b device c device", w, " "); for (i = 1; i < 14; i += 2) type[w[i]] = w[i + 1] }
		{
			sub(/\..*/, "", $6)
			print (($1 in type) ? type[$1] : "other") "\t" $2 "\t" $3 "\t" $4 "\t" $5 "\t" $6 "\t" escape($7) "\t" escape($8)
		}'
	set -f
}

s_paths() { said "$PATHS" | sort -t "$TAB" -k 7,7; notroot "paths in folders of others cannot be seen"; }

# Candidates: folders among the paths below the places where data lives, and the folders of files
# that are open for writing. Prints them sorted; those with a parent in the list are found in the
# same walk.
size_candidates() {
	{
		said "$PATHS" | awk -F "$TAB" '$1 == "dir" && $7 ~ /^\/(srv|opt|var|data|home|mnt|usr\/local)\// { print $7 }'
		said "$PROCESSES" | awk '/^w \// && !/\\/ { p = substr($0, 3); sub(/\/[^\/]*$/, "", p); if (p != "" && p !~ /^\/(dev|run|tmp)(\/|$)/) print p }'
	} | awk '$0 !~ /^\/(usr|etc|bin|sbin|lib|boot)(\/|$)/ || /^\/usr\/local\//' |
		awk '$0 !~ /^\/var\/((lib|log|cache|spool|www)$|run|lock)/ && $0 !~ /^\/var\/lib\/(dpkg|apt|systemd|ucf|pam|containerd|docker)(\/|$)/ && $0 !~ /^\/var\/cache\/(apt|debconf|man|ldconfig)(\/|$)/' |
		walkable | sort
}

# One walk over all: each file counts for every candidate above it, a hard link once for each.
SIZES_AWK='
BEGIN { FS = "\t" }
!asked { if ($0 == "=") asked = 1; else cand[$0] = 1; next }
/^~/ { broken = 1; next }
/^=/ { if (top != "") whole[top] = 1; next }
{
	path = $6
	if ($7 != top) { if (top != "") whole[top] = 1; top = $7 }
	p = path; linked = ($4 > 1 && $1 == "f")
	if ($1 == "U") bad = 1; else bad = 0
	sub(/\..*/, "", $3)
	while (p != "") {
		if (p in cand) {
			under[p] = top
			if (bad) blind[p] = 1
			if (!linked || !((p, $5) in had)) {
				if (linked) had[p, $5] = 1
				bytes[p] += $2 * 512; if ($1 == "f") files[p]++
			}
			if ($3 + 0 > newest[p] + 0) newest[p] = $3
		}
		if (p == top) break
		if (!match(p, /\/[^\/]*$/)) break
		p = substr(p, 1, RSTART - 1)
	}
}
END {
	if (broken) for (p in cand) if (!(p in under)) cut++
	for (p in under) {
		if (!(under[p] in whole)) { cut++; continue }
		if (p in blind) { dark++; continue }
		printf "%.0f\t%d\t%s\t%s\n", bytes[p], files[p], newest[p], p
	}
	if (dark) printf "%s S partial %d folders have parts that this login may not read\n", MARK, dark
	if (cut) printf "%s S partial time limit reached: %d folders not measured\n", MARK, cut
}'

# The walk below $tops, in as many parts as the arguments of find need: = ends one, ~ says that the
# time was up.
walk_tops() {
	IFS=$(printf '\036')
	# shellcheck disable=SC2046 # split at byte 036 on purpose
	set -- $(said "$tops" | awk '{ bytes += length($0) + 1; if (bytes > 100000) { printf "\036"; bytes = 0 } print }')
	unset IFS
	now; until=$((T + 2500))
	for chunk in "$@"; do
		now; seconds=$(((until - T) / 100))
		IFS=$NL
		# shellcheck disable=SC2086 # split at newlines on purpose
		set -- $chunk
		unset IFS
		[ "$seconds" -gt 0 ] && limit "$seconds" find "$@" -xdev \( -type d \( ! -readable -o ! -executable \) -printf 'U\t%b\t%T@\t%n\t%i\t%p\t%H\0' -prune \) \
			-o -printf '%y\t%b\t%T@\t%n\t%i\t%p\t%H\0' 2>/dev/null
		case $seconds,$? in
		[1-9]*,[01]) printf '=\0' ;;
		*) printf '~\0'; return ;;
		esac
	done
}

s_sizes() {
	candidates=$(size_candidates)
	[ -z "$REMOTE" ] || state partial "nothing measured on or above the network mounts $(said "$REMOTE" | awk '{ printf "%s%s", sep, $0; sep = " " }')"
	[ -n "$candidates" ] || return 0
	tops=$(said "$candidates" | awk '{ if (top == "" || index($0 "/", top "/") != 1) { top = $0; print } }')
	if [ "$FIND" = gnu ]; then
		{
			said "$candidates"; echo '='
			walk_tops | tr '\0\n' '\n\001'
		} | awk -v MARK="$MARK" "$SIZES_AWK" | sort -t "$TAB" -k 4
	else
		IFS=$NL
		# shellcheck disable=SC2086 # split at newlines on purpose
		set -- $tops
		unset IFS
		for d in "$@"; do
			[ -d "$d" ] || continue
			line=$(limit 10 du -x -k -s "$d" 2>/dev/null) || { state partial "not measured: $d"; continue; }
			printf '%s\t-1\t\t%s\n' $((${line%%[!0-9]*} * 1024)) "$d"
		done
	fi
}

look_paths() {
	collecting
	PATHS=$(collect_paths)
	section paths s_paths
	section sizes s_sizes
}
