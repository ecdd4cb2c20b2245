# Language runtimes: what is installed, from the files that name it. No interpreter is started:
# java leaves /tmp/hsperfdata_*, others write caches.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# One walk for all that tells of applications where people put them: size, mtime, path. What is
# inside of a library folder is not an application of its own.
LANDMARK_LIMIT=4000

collect_landmarks() {
	IFS=$NL
	# shellcheck disable=SC2046 # split at newlines on purpose
	set -- $(printf '%s\n' /opt /srv /home /usr/local /var/www /var/lib /data /app /root | starts |
		awk '!/^\/var\/lib\/(dpkg|apt|docker|containers|containerd|kubelet|lxcfs|snapd|rpm|yum|dnf|pacman|mysql|postgresql|pgsql)\//')
	unset IFS
	[ $# -gt 0 ] || return 0
	if [ "$FIND" = gnu ]; then show='-printf %s\t%T@\t%p\n'; else show=-print; fi
	{
		# shellcheck disable=SC2086 # two words
		limit 15 find "$@" -xdev -maxdepth 6 \( -path '/var/lib/*' \( -name dpkg -o -name apt -o -name docker -o -name containers -o -name containerd -o -name kubelet -o -name lxcfs -o -name snapd -o -name rpm -o -name yum -o -name dnf -o -name pacman -o -name mysql -o -name postgresql -o -name pgsql \) -prune \) \
			-o \( -name node_modules -o -name .git -o -name .svn -o -name .cache -o -name .npm -o -name .cargo -o -name .rustup -o -name .m2 -o -name .gradle -o -name .nuget -o -name .vscode-server -o -name __pycache__ -o -name site-packages -o -name dist-packages -o -name 'python[23].[0-9]*' -o -name overlay2 \) -prune \
			-o -name conda-meta $show -prune \
			-o \( -name pyvenv.cfg -o -name package.json -o -name composer.lock -o -name Gemfile.lock -o -name '*.runtimeconfig.json' -o -path '*/wp-includes/version.php' \
			-o -path '*/webapps/*.war' -o -path '*/webapps/*/WEB-INF' -o -path '*/deployments/*.[wejs]ar' \
			-o -name '*.pem' -o -name '*.crt' -o -name '*.cer' \) $show 2>/dev/null
		late $? "what lies deep below /opt, /srv, /home and the like"
	} | awk -F "$TAB" -v MARK="$MARK" -v max=$LANDMARK_LIMIT '
		index($0, MARK) == 1 { print; next }
		{ p = $NF }
		p !~ /^\// || p ~ /\\/ || (NF != 3 && NF != 1) { next }
		++n > max { next }
		{ sub(/\..*/, "", $2); print (NF == 3 ? $1 : "") "\t" (NF == 3 ? $2 : "") "\t" p }
		END { if (n > max) printf "%s S partial %d of %d files that tell of applications\n", MARK, max, n }'
}

# landmarks PATTERN: paths of those whose name matches an awk pattern.
landmarks() { said "$LANDMARKS" | awk -F "$TAB" -v re="$1" 'NF == 3 && $3 ~ re { print $3 }'; }

landmarks_lack() { said "$LANDMARKS" | awk "-vMARK=$MARK" 'index($0, MARK) == 1'; }

# Distributions of Python in a folder: name==version.
distributions() {
	for m in "$1"/*.dist-info "$1"/*.egg-info; do
		[ -e "$m" ] || continue
		m=${m##*/}; m=${m%.dist-info}; m=${m%.egg-info}; m=${m%-py[23].*}
		case $m in *-*) printf 'p %s==%s\n' "${m%-*}" "${m##*-}" ;; esac
	done
}

s_virtualenvs() {
	list=$({
		landmarks '/pyvenv[.]cfg$'
		said "$PROCESSES" | awk '/^a \/.*\/bin\// { p = substr($0, 3); sub(/\/bin\/.*/, "/pyvenv.cfg", p); print p }'
	} | local_only)
	landmarks_lack
	IFS=$NL
	set +f
	for f in $list; do
		[ -r "$f" ] && [ -f "$f" ] || continue
		v=${f%/pyvenv.cfg}
		printf 'V %s\n' "$v"
		awk "$PLANNER_MASK"'{ n += length($0) + 1; if (n > 4096) exit; print "k " mask_text($0) }' "$f"
		for m in "$v"/lib/python*/site-packages; do distributions "$m"; done
	done
	set -f
	unset IFS
	notroot "virtual environments in folders of others cannot be seen"
}

# Programs of running processes, as kind, tab, path.
running_runtimes() {
	said "$PROCESSES" | awk '
		/^exe \// && !/\\/ {
			p = substr($0, 5); sub(/ [(]deleted[)]$/, "", p); b = p; sub(/.*\//, "", b)
			if (b == "java") kind = "java"
			else if (b ~ /^(node|nodejs)$/) kind = "node"
			else if (b ~ /^ruby[0-9.]*$/) kind = "ruby"
			else if (b ~ /^php(-fpm|-cgi)?[0-9.]*$/) kind = "php"
			else if (b ~ /^python[0-9.]*$/) kind = "python"
			else if (b ~ /^perl[0-9.]*$/) kind = "perl"
			else if (b == "dotnet") kind = "dotnet"
			else if (b ~ /^beam(\.smp)?$/) kind = "erlang"
			else next
			if (!seen[p]++) print kind "\t" p
		}'
}

# Fields of the file that lies in a JDK or JRE (JEP 223 and before): JAVA_VERSION, IMPLEMENTOR.
# Of the others the version is in a header, a file of one line, or the name of a folder.
RUNTIMES_AWK='
function unquote(s) { gsub(/["\r]/, "", s); return s }
function tell(kind, path, version, vendor, source) {
	if (path != "" && !seen[kind, path]++) print kind "\t" escape(path) "\t" escape(version) "\t" escape(vendor) "\t" escape(source)
}
function release_of(home,    line, version, vendor, i, key) {
	version = vendor = ""
	if ((getline line < (home "/release")) <= 0) { close(home "/release"); return 0 }
	do {
		i = index(line, "="); key = substr(line, 1, i - 1)
		if (key == "JAVA_VERSION") version = unquote(substr(line, i + 1))
		else if (key == "IMPLEMENTOR") vendor = unquote(substr(line, i + 1))
	} while ((getline line < (home "/release")) > 0)
	close(home "/release")
	if (version == "") return 0
	tell("java", home, version, vendor, home "/release")
	return 1
}
function node_of(home,    file, line, v) {
	file = home "/include/node/node_version.h"; v = ""
	while ((getline line < file) > 0)
		if (line ~ /^#define NODE_(MAJOR|MINOR|PATCH)_VERSION [0-9]/) { sub(/.* /, "", line); v = v (v == "" ? "" : ".") line }
	close(file)
	if (v == "") return 0
	tell("node", home, v, "", file)
	return 1
}
function versioned(path,    v) {
	v = path
	if (match(v, /\/(v|ruby-|jruby-|python|php|go|perl-?|otp-?|temurin-|jdk-?)?[0-9]+\.[0-9.]+[0-9a-zA-Z+_-]*(\/|$)/)) {
		v = substr(v, RSTART + 1, RLENGTH - 1); sub(/\/$/, "", v); sub(/^[a-z]+-?/, "", v)
		return v
	}
	return ""
}
BEGIN { FS = "\t" }
{
	kind = $1; path = $2; home = path
	sub(/\/bin\/[^\/]*$/, "", home)
	if (kind == "java") {
		if (release_of(home)) next
		if (home ~ /\/jre$/) { sub(/\/jre$/, "", home); if (release_of(home)) next }
		if (path ~ /\/bin\//) tell("java", home, versioned(path), "", versioned(path) == "" ? "" : "path")
	} else if (kind == "node") {
		if (node_of(home)) next
		v = versioned(path)
		if (v != "" || path ~ /\/bin\//) tell("node", home, v, "", v == "" ? "" : "path")
	} else if (kind == "dotnet") {
		n = split(path, w, "/")
		if (w[n] ~ /^[0-9]/) tell("dotnet", path, w[n], w[n - 1], "path")
	} else if (kind == "erlang") {
		if (path ~ /OTP_VERSION$/ && (getline v < path) > 0) { home = path; sub(/\/releases\/.*/, "", home); tell("erlang", home, v, "", path) }
		close(path)
	} else if (kind == "go") {
		if ((getline v < (path "/VERSION")) > 0) { sub(/^go/, "", v); tell("go", path, v, "", path "/VERSION") }
		close(path "/VERSION")
	} else if (path ~ /\/bin\// || path ~ /\/sbin\//) {
		sub(/\/sbin\/[^\/]*$/, "", home)
		v = versioned(path)
		if (v == "") { b = path; sub(/.*\//, "", b); if (match(b, /[0-9]+\.[0-9]+$/)) v = substr(b, RSTART) }
		tell(kind, home == "/usr" || home == "" ? path : home, v, "", v == "" ? "" : "path")
	} else tell(kind, path, versioned(path), "", "path")
}'

s_runtimes() {
	{
		running_runtimes
		set +f
		for d in /usr/lib/jvm/* /usr/java/* /opt/*/release /opt/*/*/release /opt/*/jre/release /root/.sdkman/candidates/java/* /home/*/.sdkman/candidates/java/*; do
			[ -L "${d%/release}" ] || [ ! -e "$d" ] || printf 'java\t%s\n' "${d%/release}"
		done
		for d in /usr /usr/local /opt/node* /root/.nvm/versions/node/* /home/*/.nvm/versions/node/* /opt/nvm/versions/node/* /root/.asdf/installs/nodejs/* /home/*/.asdf/installs/nodejs/*; do
			[ ! -r "$d/include/node/node_version.h" ] || printf 'node\t%s\n' "$d"
		done
		for d in /usr/share/dotnet /usr/lib/dotnet /usr/lib64/dotnet /opt/dotnet /root/.dotnet /home/*/.dotnet; do
			for f in "$d"/shared/*/[0-9]* "$d"/sdk/[0-9]*; do [ ! -d "$f" ] || printf 'dotnet\t%s\n' "$f"; done
		done
		for d in /root /home/* /opt /usr/local; do
			for f in "$d"/.rbenv/versions/* "$d"/rbenv/versions/* "$d"/.rvm/rubies/ruby-* "$d"/rvm/rubies/ruby-*; do [ ! -d "$f" ] || printf 'ruby\t%s\n' "$f"; done
			for f in "$d"/.pyenv/versions/* "$d"/pyenv/versions/*; do [ -L "$f" ] || [ ! -d "$f" ] || printf 'python\t%s\n' "$f"; done
		done
		for f in /usr/lib/erlang/releases/*/OTP_VERSION /usr/lib64/erlang/releases/*/OTP_VERSION /usr/local/lib/erlang/releases/*/OTP_VERSION /opt/*/releases/*/OTP_VERSION; do [ ! -r "$f" ] || printf 'erlang\t%s\n' "$f"; done
		[ ! -r /usr/local/go/VERSION ] || printf 'go\t/usr/local/go\n'
		set -f
	} | awk -F "$TAB" '{ print $2 "\t" $1 }' | local_pairs | awk -F "$TAB" '{ print $2 "\t" $1 }' |
		limit_stdin awk "$PLANNER_MASK$RUNTIMES_AWK"
	notroot "runtimes in closed folders of others cannot be seen"
}

# As local_only, for lines that have more behind a tab.
local_pairs() { awk -F "$TAB" "$LOCAL_AWK"' $1 ~ /^\// && !/\001/ && !below_remote($1) && !seen[$0]++'; }

look_runtimes() {
	collecting
	LANDMARKS=$(collect_landmarks)
	section virtualenvs s_virtualenvs
	section runtimes s_runtimes
	look_applications
	look_certificates
}
