# What there is to extract. Comes behind common.sh; PLANNER_WANTED holds for each tree its number,
# kind, path and pattern of what to leave out, tab-separated. A section for each tree:
#   K type mode uid gid size mtime path link digest      to be fetched (digest for files)
#   X path reason                                        stays here
# shellcheck disable=SC2016,SC2154 # awk programs; PLANNER_WANTED comes from the sender

# Reads the files that deny.awk lets through: key material and literal secrets keep them back. A
# comment counts only when it is an assignment without spaces, or a URL with a password: stock
# files explain their options in comments.
SIFT_AWK='
BEGIN { FS = "\t" }
function config(p, kind,    b) {
	b = tolower(p); sub(/.*\//, "", b)
	if (b ~ /\.(conf|cfg|cnf|cf|ini|ya?ml|json|toml|properties|env|xml|config)$/) return 1
	if (b ~ /^(wp-config.*|.*config.*|settings.*|local_settings.*|.*secret.*|database.*)\.(php|py|rb|js)$/) return 2
	if (b ~ /^(dockerfile|.*\.sh)$/) return 1
	return kind == "config" && b !~ /\.(py|pl|rb|js|php|html?|css|svg|png|jpg|gif|ico|so|pyc|mo|woff2?|ttf|md|rst)$/
}
# How many literal secrets a file holds, -1 for key material, -2 when it cannot be read.
function secrets(p, how,    line, r, was, plain, found, opened) {
	mask_reset(); found = 0
	while ((r = (getline line < p)) > 0) {
		opened = 1
		if (line ~ /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/ && (how || line ~ /^-----BEGIN/)) { close(p); return -1 }
		if (line ~ /^-----BEGIN OpenVPN Static key/) { close(p); return -1 }
		if (!how) continue
		plain = line; sub(/^[ \t]*([#;]|\/\/)+[ \t]*/, "", plain)
		if (plain != line && plain !~ /^[A-Za-z0-9_.-]+=[^ \t]+$/ && plain !~ /:\/\/[^ \t]*@/) continue
		was = MASKED; mask_text(plain)
		if (MASKED > was && (how == 1 || plain ~ /["\047][^"\047]+["\047]/)) found += MASKED - was
	}
	close(p)
	return (r < 0 && !opened) ? -2 : found
}
{
	path = $7
	if (path ~ /\001/) { print "X\t" escape(path) "\tits name holds a line break"; next }
	if (path ~ /\t/ || NF > 8) { print "X\t" escape(path) "\tits name holds a tab"; next }
	if ($1 !~ /^[fdl]$/) {
		print "X\t" escape(path) "\tsocket, pipe or device"; next
	}
	if ((why = deny_reason(path)) != "") {
		if ($1 == "f" || $1 == "l") print "X\t" escape(path) "\t" why
		next
	}
	if ($1 == "l" && $8 ~ /^\// && (why = deny_reason($8)) != "") { print "X\t" escape(path) "\tlink to: " why; next }
	if ($1 == "f" && $5 > 0) {
		n = 0
		if ($5 < 4194304 || config(path, KIND)) n = secrets(path, config(path, KIND))
		if (n == -1) { print "X\t" escape(path) "\tprivate key inside"; next }
		if (n == -2) { print "X\t" escape(path) "\tthis login may not read it"; next }
		if (n > 0) { print "X\t" escape(path) "\tholds secrets in plain text (" n ")"; next }
	}
	sub(/\..*/, "", $6)
	print "K\t" $1 "\t" $2 "\t" $3 "\t" $4 "\t" $5 "\t" $6 "\t" escape(path) "\t" escape($8)
}'

# find_tree PATH: lines like stat_lines, of everything below PATH that is not left out.
find_tree() {
	root=$1
	IFS=$TAB
	# shellcheck disable=SC2086 # split at tabs on purpose; globbing is off
	set -- $LEAVE
	unset IFS
	prune=
	for p in "$@"; do prune=${prune:+$prune$NL-o$NL}-path$NL$p; done
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose; globbing is off
	if [ -n "$prune" ]; then set -- "$root" -xdev \( $prune \) -prune -o; else set -- "$root" -xdev; fi
	unset IFS
	if [ "$FIND" = gnu ]; then
		limit 60 find "$@" -printf '%y\t%m\t%U\t%G\t%s\t%T@\t%p\t%l\0' 2>/dev/null | tr '\0\n' '\n\001'
	else
		limit 60 find "$@" -print 2>/dev/null | stat_lines
	fi
}

# Adds a SHA-256 digest to every file that is kept.
digests() {
	kept=$(cat)
	list=$(said "$kept" | awk -F "$TAB" '$1 == "K" && $2 == "f" && $8 !~ /\\/ { print $8 }')
	{
		[ -z "$list" ] || said "$list" | tr '\n' '\0' | limit_stdin xargs -0 sha256sum -- 2>/dev/null
		echo '='
		said "$kept"
	} | awk -F "$TAB" '
		!listed && /^=$/ { listed = 1; next }
		!listed { i = index($0, "  "); d[substr($0, i + 2)] = substr($0, 1, i - 1); next }
		$1 == "K" && $2 == "f" {
			if ($8 in d) print $0 "\t" d[$8]
			else print "X\t" $8 "\t" ($8 ~ /\\/ ? "its name holds a backslash" : "this login may not read it")
			next
		}
		$1 == "K" { print $0 "\t"; next }
		{ print }'
}

# Whether a file begins as public keys of OpenPGP do: a packet of a public key, a keybox, text.
public_key() {
	case $(dd if="$1" bs=1 count=1 2>/dev/null | od -An -tx1) in
	*9[89ab] | *c6 | *00 | *0a | *[2-7][0-9a-f]) return 0 ;;
	esac
	return 1
}

tree() {
	[ -n "$(said "$ROOT" | walkable)" ] || { state missing "a network file system is mounted here"; return 1; }
	if ! [ -e "$ROOT" ] && ! [ -L "$ROOT" ]; then
		state missing "no such path, or this login may not see it"; return 1
	fi
	if [ "$KIND" = key ]; then
		[ ! -L "$ROOT" ] && [ -f "$ROOT" ] || { state missing "a key is taken from a file only"; return 1; }
		public_key "$ROOT" || { state missing "does not begin as public keys do, or this login may not read it"; return 1; }
	fi
	find_tree "$ROOT" | awk -v KIND="$KIND" "$PLANNER_MASK$SIFT_AWK" | digests
	[ -z "$(limit 30 find "$ROOT" -xdev -type d ! -readable 2>/dev/null)" ] || state partial "some folders are closed to this login"
}

main() {
	prepare
	has sha256sum || { printf '%s Z\n' "$MARK"; return; }
	printf '%s\n' "$PLANNER_WANTED" | while IFS=$TAB read -r number KIND ROOT LEAVE; do
		section "tree-$number" tree
	done
	printf '%s Z\n' "$MARK"
}

main </dev/null 2>/dev/null | awk "$FRAME"
