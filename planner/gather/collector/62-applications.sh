# Applications on those runtimes: what they call themselves and what they are built from.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# Records: A kind, tab, path, tab, size, tab, mtime; then k key=value, p name==version, and
# j line-of-a-file (masked) for what is parsed as JSON elsewhere.
APPLICATION_LIMIT=80
PACKAGE_LIMIT=1500

# Folders where applications may lie, of running processes: working folders, and the folders of
# scripts in their arguments with two parents.
running_folders() {
	said "$PROCESSES" | awk '
		function up(p,    i) { for (i = 0; i < 3 && p ~ /^\/[^\/]+\/./; i++) { print p; sub(/\/[^\/]*$/, "", p) } }
		/\\/ { next }
		/^cwd \/./ { print substr($0, 5) }
		/^a \/.*\.(js|mjs|cjs|ts|rb|ru|dll|php)$/ { p = substr($0, 3); sub(/\/[^\/]*$/, "", p); up(p) }' |
		awk '!/^\/(usr|bin|sbin|lib|lib64|dev|proc|sys|run|etc|boot)(\/|$)/ && !seen[$0]++'
}

# head_of KIND PATH FILE: the first line of a record.
head_of() { printf '%s\n' "$3" | stat_lines | K=$1 P=$2 awk -F "$TAB" "$PASS_AWK$PLANNER_MASK"'BEGIN { k = ENVIRON["K"]; p = ENVIRON["P"] } { sub(/\..*/, "", $6); print "A " k "\t" escape(p) "\t" $5 "\t" $6 }'; }

masked_lines() { limit 5 awk "$PLANNER_MASK"'{ n += length($0); if (n > 65536) exit; print "j " mask_text($0) }' "$1"; }

# What npm installed: its own note (npm 7 and later), else the versions in the folders.
node_packages() {
	if [ -r "$1/node_modules/.package-lock.json" ]; then
		limit 5 awk -v max=$PACKAGE_LIMIT '
			/^    "node_modules\/[^"]*": *[{]/ { name = $0; sub(/^.*node_modules\//, "", name); sub(/".*/, "", name); next }
			/^      "version": *"/ && name != "" { split($0, w, "\""); if (++n <= max) print "p " name "==" w[4]; name = "" }' "$1/node_modules/.package-lock.json"
	elif [ -d "$1/node_modules" ]; then
		set +f
		set -- "$1"/node_modules/*/package.json "$1"/node_modules/@*/*/package.json
		set -f
		limit 10 grep -H -m 1 '^[^a-z]*"version" *:' "$@" 2>/dev/null | awk -v max=$PACKAGE_LIMIT '
			{
				i = index($0, "/package.json:"); if (!i) next
				name = substr($0, 1, i - 1); sub(/.*\/node_modules\//, "", name)
				split(substr($0, i), w, "\""); if (++n <= max) print "p " name "==" w[4]
			}'
	fi
}

# Passes the first so many lines and says how many there were.
capped() {
	awk -v max=$APPLICATION_LIMIT -v what="$1" -v MARK="$MARK" '
		++n <= max
		END { if (n > max) printf "%s S partial %d of %d %s\n", MARK, max, n, what }'
}

# manifests NAME WHAT: files of that name that can be read, beside what lies about and what runs.
manifests() {
	{
		landmarks "/${1%.*}[.]${1##*.}\$"
		running_folders | awk -v name="$1" '{ print $0 "/" name }'
	} | local_only | while read -r f; do [ -f "$f" ] && [ -r "$f" ] && printf '%s\n' "$f"; done | capped "$2"
}

node_applications() {
	manifests package.json "applications of Node.js" | while read -r f; do
		d=${f%/package.json}
		head_of node "$d" "$f"
		masked_lines "$f"
		[ ! -f "$d/package-lock.json" ] || echo 'k lock=package-lock.json'
		node_packages "$d"
	done
}

php_applications() {
	manifests composer.lock "applications of PHP" | while read -r f; do
		d=${f%/composer.lock}
		head_of php "$d" "$f"
		[ ! -r "$d/composer.json" ] || masked_lines "$d/composer.json"
		limit 5 awk -v max=$PACKAGE_LIMIT '
			/^    "packages-dev":/ { exit }
			/^            "name":/ { split($0, w, "\""); name = w[4] }
			/^            "version":/ && name != "" { split($0, w, "\""); if (++n <= max) print "p " name "==" w[4]; name = "" }' "$f"
	done
	landmarks '/wp-includes/version[.]php$' | while read -r f; do
		head_of php "${f%/wp-includes/version.php}" "$f"
		awk -F "'" '/^\$wp_version *=/ { print "k name=WordPress\nk version=" $2 } /^\$required_php_version *=/ { print "k runtime=>=" $2 }' "$f"
	done
}

ruby_applications() {
	manifests Gemfile.lock "applications of Ruby" | while read -r f; do
		head_of ruby "${f%/Gemfile.lock}" "$f"
		limit 5 awk -v max=$PACKAGE_LIMIT '
			/^[A-Z]/ { part = $1; next }
			part == "RUBY" && /^   ruby / { v = $2; sub(/p[0-9]+$/, "", v); print "k runtime=" v }
			(part == "GEM" || part == "GIT" || part == "PATH") && /^    [^ ].*[(][^()]*[)]$/ { v = $2; gsub(/[()]/, "", v); if (++n <= max) print "p " $1 "==" v }' "$f"
	done
}

dotnet_applications() {
	{
		landmarks '[.]runtimeconfig[.]json$'
		set +f
		running_folders | while read -r d; do for f in "$d"/*.runtimeconfig.json; do [ ! -r "$f" ] || printf '%s\n' "$f"; done; done
		set -f
	} | local_only | awk '!/\/(sdk|shared)\/[^\/]*\/[0-9]|\/sdk\/[0-9]/' | capped "applications of .NET" | while read -r f; do
		b=${f%.runtimeconfig.json}
		head_of dotnet "${f%/*}" "$f"
		printf 'k name=%s\n' "${b##*/}"
		masked_lines "$f"
		[ ! -r "$b.deps.json" ] || limit 5 awk -v max=$PACKAGE_LIMIT '
			/^  "libraries":/ { on = 1; next }
			on && /^    "[^"]*\/[^"]*": *[{]/ { split($0, w, "\""); split(w[2], v, "/"); next }
			on && /"type": *"package"/ && v[1] != "" { if (++n <= max) print "p " v[1] "==" v[2]; v[1] = "" }' "$b.deps.json"
	done
}

# Archives that run or are deployed: on command lines, mapped (once a program has its own), and in
# the folders of servlet containers.
java_archives() {
	{
		said "$PROCESSES" | awk '
			function say(p) { if (p ~ /^\//) print p; else if (cwd ~ /^\// && p !~ /^-/) print cwd "/" p }
			/\\/ { next }
			/^P / { n = 0; java = 0 }
			/^exe / { java = ($0 ~ /\/java$/); next }
			/^cwd / { cwd = substr($0, 5); next }
			!java || !/^a / { next }
			{ a = substr($0, 3) }
			jar { say(a); jar = 0; next }
			a == "-jar" { jar = 1 }'
		landmarks '[.](war|ear|jar|sar)$'
		landmarks '/webapps/[^/]*/WEB-INF$' | awk '{ sub(/\/WEB-INF$/, ""); print }'
	} | local_only
}

# Names of archives in a folder of libraries, as name==version.
JAR_NAMES_AWK='
{
	b = $0; sub(/.*\//, "", b)
	if (b !~ /\.jar$/) next
	sub(/\.jar$/, "", b)
	if (match(b, /-[0-9][0-9A-Za-z.+_-]*$/)) name = substr(b, 1, RSTART - 1) "==" substr(b, RSTART + 1); else name = b "=="
	if (!seen[name]++ && ++n <= max) print "p " name
}'

java_applications() {
	unzip=
	if has unzip; then unzip=1; fi
	list=$(java_archives | while read -r f; do if [ -r "$f" ] && { [ -f "$f" ] || [ -d "$f" ]; }; then printf '%s\n' "$f"; fi; done)
	said "$list" | capped "applications of Java" | while read -r f; do
		case $f in
		/*)
			if [ -d "$f" ]; then
				head_of java "$f" "$f/WEB-INF"
				[ ! -r "$f/META-INF/MANIFEST.MF" ] || cat "$f/META-INF/MANIFEST.MF"
				limit 5 find "$f/WEB-INF/lib" -maxdepth 1 -name '*.jar' 2>/dev/null | awk -v max=$PACKAGE_LIMIT "$JAR_NAMES_AWK"
			else
				head_of java "$f" "$f"
				[ -n "$unzip" ] || continue
				limit 5 unzip -p "$f" META-INF/MANIFEST.MF 2>/dev/null
				limit 5 unzip -Z1 "$f" 2>/dev/null | grep -E '^(BOOT-INF|WEB-INF)/lib/' | awk -v max=$PACKAGE_LIMIT "$JAR_NAMES_AWK"
			fi
			;;
		*) printf '%s\n' "$f" ;;
		esac
	done | tr -d '\r' | awk -v MARK="$MARK" '
		/^A |^p / || index($0, MARK) == 1 { print; next }
		match($0, /^(Main-Class|Start-Class|Implementation-Title|Implementation-Version|Spring-Boot-Version|Build-Jdk|Build-Jdk-Spec|Created-By): /) {
			print "k " substr($0, 1, RLENGTH - 2) "=" substr($0, RLENGTH + 1)
		}'
	[ -n "$unzip" ] || [ -z "$list" ] || state partial "no unzip here: archives of Java were not looked into"
}

# The Go linker leaves the version and the modules in the file (debug/buildinfo; the version in
# plain text since Go 1.18), rustc its version in .comment. Looked for in programs that run or lie
# where no package put them, below 200 MB each and 400 MB in all: 130 MB take about 0.1 s.
BINARIES_AWK='
function flush() {
	if (kind == "") return
	print "A " kind "\t" head
	if (version != "") print "k runtime=" version
	if (path != "") print "k start=" path
	if (module != "") print "k name=" module "\nk version=" mversion
	if (kind == "go" && executes != "") print "k executes=" executes
	printf "%s", deps
}
/^=/ { flush(); kind = version = path = module = mversion = deps = executes = ""; n = 0; head = substr($0, 2); next }
/^!/ { executes = substr($0, 2); next }
{
	if (index($0, " Go buildinf:")) {
		s = substr($0, index($0, " Go buildinf:"))
		if (match(s, /go1\.[0-9][0-9a-z.]*/)) { kind = "go"; version = substr(s, RSTART, RLENGTH) }
		if (match(s, /path\t[^\t ]*$/)) path = substr(s, RSTART + 5)
		next
	}
	if (match($0, /rustc version [0-9][0-9a-z.-]*/)) { if (kind == "") { kind = "rust"; version = "rustc " substr($0, RSTART + 14, RLENGTH - 14) }; next }
}
kind == "go" {
	m = split($0, w, "\t")
	if (w[1] == "mod" && m > 2 && module == "") { module = w[2]; mversion = w[3] }
	else if (w[1] == "dep" && m > 2 && ++n <= max) deps = deps "p " w[2] "==" w[3] "\n"
	else if (w[1] == "path" && m == 2 && path == "") path = w[2]
}
END { flush() }'

binary_applications() {
	{
		said "$UNOWNED" | awk -F "$TAB" '$1 == "elf" && $5 < 200000000 { print $7 "\t" $5 "\t" $6 "\t" $8 }'
		running_programs | awk '/^\/(opt|srv|home|usr\/local|var|data|app|root)\//' | stat_lines |
			awk -F "$TAB" "$PASS_AWK"'$1 == "f" && $5 < 200000000 { sub(/\..*/, "", $6); print "1\t" $5 "\t" $6 "\t" $7 }'
	} | sort -t "$TAB" -k 1,1r -k 2,2n | awk -F "$TAB" -v MARK="$MARK" '
		index($0, MARK) == 1 { print; next }
		/\\/ || NF < 4 || seen[$4]++ { next }
		$4 ~ /\/(python|perl|ruby|node|java|php)[0-9.-]*$/ { next }
		(total += $2) > 400000000 { cut++; total -= $2; next }
		{ print $4 "\t" $2 "\t" $3 }
		END { if (cut) printf "%s S partial %d programs that no package owns were not read: more than 400 MB in all\n", MARK, cut }' |
		while IFS= read -r line; do
			case $line in
			/*)
				f=${line%%"$TAB"*}
				printf '=%s\n' "$line"
				limit 10 grep -aE "( Go buildinf:|^(path|mod|dep)$TAB|rustc version [0-9])" "$f" 2>/dev/null | tr '\000\r' '  '
				# Names of functions stay in a stripped program, too: the package that starts others.
				limit 10 grep -aqF 'os/exec.(*Cmd)' "$f" 2>/dev/null
				case $? in 0) echo '!yes' ;; 1) echo '!no' ;; esac
				;;
			*) printf '%s\n' "$line" ;;
			esac
		done | awk -v max=$PACKAGE_LIMIT -v MARK="$MARK" 'index($0, MARK) == 1 { print; next }'"$BINARIES_AWK"
}

# Distributions of Python that pip put beside those of the system, and environments of conda.
python_folders() {
	set +f
	for d in /usr/local/lib/python*/dist-packages /usr/local/lib/python*/site-packages /usr/local/lib64/python*/site-packages \
		/root/.local/lib/python*/site-packages /home/*/.local/lib/python*/site-packages /var/lib/*/.local/lib/python*/site-packages /opt/*/.local/lib/python*/site-packages; do
		[ ! -d "$d" ] || printf '%s\n' "$d"
	done
	set -f
	landmarks '/conda-meta$'
}

python_applications() {
	for d in $(python_folders | awk '!/[ \\]/' | local_only | capped "folders of Python"); do
		case $d in
		/*/conda-meta)
			head_of python "${d%/conda-meta}" "$d"
			echo 'k name=conda'
			limit 5 find "$d" -maxdepth 1 -name '*-*-*.json' 2>/dev/null | awk '
				{ b = $0; sub(/.*\//, "", b); sub(/-[^-]*\.json$/, "", b); v = b; sub(/.*-/, "", v); sub(/-[^-]*$/, "", b); print "p " b "==" v; if (b == "python") print "k runtime=" v }'
			;;
		/*)
			set +f
			found=$(distributions "$d")
			set -f
			[ -n "$found" ] || continue
			head_of python "$d" "$d"
			case $d in */.local/*) echo 'k name=user' ;; *) echo 'k name=system' ;; esac
			said "$found"
			;;
		esac
	done
}

s_applications() {
	landmarks_lack
	node_applications
	php_applications
	ruby_applications
	dotnet_applications
	java_applications
	binary_applications
	python_applications
	notroot "applications in folders of others cannot be seen"
}

look_applications() {
	section applications s_applications
}
