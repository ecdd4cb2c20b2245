# Packages, whether somebody asked for them, and where they came from.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# As dpkg-query -W prints Package, Version, Architecture, Source, db:Status-Abbrev and Origin.
DPKG_STATUS_AWK='
function flush() {
	if (name != "") print name "\t" version "\t" arch "\t" source "\t" abbrev "\t" origin
	name = version = arch = source = abbrev = origin = ""
}
/^$/ { flush(); next }
/^[ \t]/ { next }
{ v = $0; sub(/^[^:]*:[ \t]*/, "", v); gsub(/[\t\001\r]/, " ", v) }
/^Package:/ { name = v }
/^Version:/ { version = v }
/^Architecture:/ { arch = v }
/^Source:/ { source = v }
/^Origin:/ { origin = v }
/^Status:/ {
	split(v, w, " ")
	at = w[3] == "half-configured" ? "F" : w[3] == "half-installed" ? "H" : w[3] == "triggers-awaited" ? "W" : w[3] == "triggers-pending" ? "t" : w[3] == "unpacked" ? "U" : substr(w[3], 1, 1)
	abbrev = substr(w[1], 1, 1) at (w[2] == "ok" ? " " : "R")
}
END { flush() }'

s_dpkg() {
	[ -n "$DPKG" ] || { state missing "no dpkg here"; return 1; }
	said "$DPKG_LIST"
}

s_apt_auto() {
	[ -n "$DPKG" ] || { state missing "no dpkg here"; return 1; }
	s_file /var/lib/apt/extended_states | awk "-vMARK=$MARK" '
		index($0, MARK) == 1 { print; next }
		/^Package:/ { p = $2 }
		/^Auto-Installed: 1/ { print p }'
}

# Of each Release file in apt's lists: what the lists of packages beside it begin with, Origin,
# code name or suite. Only its head is read.
APT_RELEASES_AWK='
BEGIN {
	for (i = 1; i < ARGC; i++) {
		base = ARGV[i]; sub(/(In)?Release$/, "", base)
		origin = suite = code = ""
		while ((getline line < ARGV[i]) > 0) {
			if (line ~ /^(MD5Sum|SHA1|SHA256|SHA512):/) break
			if (line ~ /^Origin: /) origin = substr(line, 9)
			else if (line ~ /^Suite: /) suite = substr(line, 8)
			else if (line ~ /^Codename: /) code = substr(line, 11)
		}
		close(ARGV[i])
		if (code != "") suite = code
		gsub(/[\t\001\r]/, " ", origin); gsub(/[\t\001\r]/, " ", suite)
		if (!seen[base]++) print base "\t" (origin == "" ? "?" : origin) "\t" (suite == "" ? "?" : suite)
	}
	exit
}'

# Names and versions in every list that apt keeps, under a line = for each list, which ends in a
# version that is empty where it was read to its end. 50 MB (a main
# section of Debian) take about 0.1 s; apt-cache knows the same and writes its cache as root.
apt_lists() {
	said "$1" | while IFS=$TAB read -r base origin suite; do
		kept=
		for p in "$base"*_Packages "$base"*_Packages.*; do
			[ -r "$p" ] || continue
			kept=1
			component=${p#"$base"}; component=${component%%_binary-*}; component=${component%%_Packages*}
			printf '=\t%s\t%s/%s\t%s\n' "$origin" "$suite" "$component" "${base##*/}"
			{
				case $p in
				*_Packages) limit 20 cat "$p" ;;
				*.gz) limit 20 gzip -dc "$p" ;;
				*.xz) limit 20 xz -dc "$p" ;;
				*.bz2) limit 20 bzip2 -dc "$p" ;;
				*) limit 20 /usr/lib/apt/apt-helper cat-file "$p" ;;
				esac 2>/dev/null && printf '\nVersion: \n'
			} | grep -aE '^(Package|Version): '
		done
		[ -n "$kept" ] || printf '?\t%s\n' "${base##*/}"
	done
}

# For every installed package: Origin of the repository, code name and component, whether the
# installed version is in its list (version), only others (other) or the name in none (none), and
# what the names of apt's lists begin with.
APT_ORIGINS_AWK='
BEGIN { FS = "\t" }
part == 0 { if ($0 == "=") part = 1; else if ($5 ~ /^.[^nc]/) have[$1] = $2; next }
function told() { if (bare && !index(" " lacking " ", " " base " ")) lacking = lacking (lacking == "" ? "" : " ") base; bare = 0 }
/^=\t/ { told(); origin = $2; place = $3; base = $4; bare = 1; lists++; next }
/^Version: $/ { bare = 0; heard = 1; next }
/^[?]\t/ { lacking = lacking (lacking == "" ? "" : " ") $2; next }
/^Package: / { heard = 1; name = substr($0, 10); next }
/^Version: / && (name in have) {
	if (substr($0, 10) == have[name]) { if (kind[name] != "version") { kind[name] = "version"; from[name] = origin "\t" place; list[name] = base } }
	else if (!(name in kind)) { kind[name] = "other"; from[name] = origin "\t" place; list[name] = base }
}
END {
	told()
	if (!lists) exit 3
	for (name in have)
		if (name in kind) print name "\t" from[name] "\t" kind[name] "\t" list[name]
		else print name "\t\t\tnone\t"
	if (lacking != "") printf "%s S partial no list of packages for %s\n", MARK, lacking
	if (!heard) printf "%s S partial the lists of apt could not be read\n", MARK
}'

s_apt_origins() {
	[ -n "$DPKG" ] || { state missing "no dpkg here"; return 1; }
	set +f
	set -- /var/lib/apt/lists/*Release
	if [ -r "$1" ]; then
		{ said "$DPKG_LIST"; echo '='; apt_lists "$(limit 10 awk "$APT_RELEASES_AWK" "$@")"; } |
			awk -v MARK="$MARK" "$APT_ORIGINS_AWK" | sort
	else
		state missing "apt keeps no lists here"
	fi
	set -f
}

# rpm up to 4.15 (Berkeley DB) opens a shared environment wherever the caller may write to
# /var/lib/rpm, that is as root even for a query: it makes __db.001 to 003 and .dbenv.lock there.
# Without that right it takes a private one in memory (db_init in rpm's lib/backend/db3.c, "Fall
# back to private environment if we dont have permission"; 4.8 and older: access(dbhome, W_OK) in
# db3open). With SQLite (4.16 and later) it opens rpmdb.sqlite-wal and -shm to write and create
# (strace, 4.18), which nobody is refused. So root asks as nobody, by chroot of coreutils, which
# goes through no PAM and leaves no line in a log. Where chroot can not (coreutils before 7.5:
# RHEL 5), rpm asks as it is.
rpm_asked() {
	secs=$1; shift
	if [ -n "$RPM_AS" ]; then
		limit "$secs" chroot --userspec=65534:65534 / rpm "$@" 2>/dev/null
	else
		limit "$secs" rpm "$@" 2>/dev/null
	fi
}

RPM_FIELDS='%{NAME}\t%{EPOCH}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{VENDOR}\t%{SOURCERPM}'
# As `rpm -qi` finds the signature, whichever kind it is.
RPM_SIGNED='%|DSAHEADER?{%{DSAHEADER:pgpsig}}:{%|RSAHEADER?{%{RSAHEADER:pgpsig}}:{%|SIGGPG?{%{SIGGPG:pgpsig}}:{%|SIGPGP?{%{SIGPGP:pgpsig}}:{(none)}|}|}|}|'

s_rpm() {
	[ -n "$RPM" ] || { state missing "no rpm here"; return 1; }
	found=$(rpm_asked 40 -qa --qf "$RPM_FIELDS"'\t%{PACKAGER}\t'"$RPM_SIGNED"'\n'); code=$?
	# a query with a tag that this rpm does not know gives nothing at all
	[ -n "$found" ] || { found=$(rpm_asked 40 -qa --qf "$RPM_FIELDS"'\n'); code=$?; }
	# nobody may be shut out by the mode of the database or by SELinux
	[ -n "$found" ] || [ -z "$RPM_AS" ] || { RPM_AS=; found=$(rpm_asked 40 -qa --qf "$RPM_FIELDS"'\n'); code=$?; }
	late $code rpm
	[ -n "$found" ] || { state missing "rpm gave nothing"; return $code; }
	said "$found"
	return $code
}

s_apk() {
	has apk || { state missing "no apk here"; return 1; }
	limit 20 apk info -v 2>/dev/null
}

# pacman's own database is a text file for each package. REASON is only there for a dependency.
s_pacman() {
	[ -d /var/lib/pacman/local ] || { state missing "no pacman here"; return 1; }
	limit 10 find /var/lib/pacman/local -maxdepth 2 -name desc 2>/dev/null | limit_stdin awk '
		{
			key = name = version = arch = base = packager = valid = ""; reason = 0
			while ((getline line < $0) > 0) {
				if (line ~ /^%[A-Z0-9]+%$/) key = line
				else if (line == "") key = ""
				else if (key == "%NAME%") name = line
				else if (key == "%VERSION%") version = line
				else if (key == "%ARCH%") arch = line
				else if (key == "%BASE%") base = line
				else if (key == "%REASON%") reason = line
				else if (key == "%PACKAGER%") { gsub(/[\t\\]/, " ", line); packager = line }
				else if (key == "%VALIDATION%") valid = line
			}
			close($0)
			if (name != "") print name "\t" version "\t" arch "\t" base "\t" reason "\t" packager "\t" valid
		}' | sort
}

# FreeBSD: only where pkg was installed; the base system has a stub that would fetch it.
s_pkg() {
	[ -x /usr/local/sbin/pkg ] && [ -r /var/db/pkg/local.sqlite ] || { state missing "no pkg here"; return 1; }
	limit 20 /usr/local/sbin/pkg query '%n\t%v\t%q\t%o\t%a\t%R' 2>/dev/null
}

s_slackware() {
	for d in /var/lib/pkgtools/packages /var/log/packages; do
		[ ! -f /etc/slackware-version ] || [ ! -d $d ] || { ls $d; return; }
	done
	state missing "not a Slackware"; return 1
}

# Reason, package (* for all others), repository: what the other package managers noted.
YUMDB_AWK='
{
	value = ""
	if ((getline value < $0) < 0) next
	close($0)
	name = $0; what = $0; sub(/.*\//, "", what); sub(/\/[^\/]*$/, "", name); sub(/.*\//, "", name)
	sub(/^[^-]*-/, "", name); sub(/-[^-]*-[^-]*-[^-]*$/, "", name)
	gsub(/[\t\001\\]/, " ", value)
	if (what == "reason") reason[name] = value; else repo[name] = value
	seen[name] = 1
}
END { for (name in seen) print reason[name] "\t" name "\t" repo[name] }'

# Both ways to write TOML: "bash.x86_64" = {reason = "User"}, or a table for each.
DNF5_AWK='
function quoted(s,    w) { split(s, w, "\""); return w[2] }
/^"|^\[(packages|nevras)\."/ { key = quoted($0); sub(/\.[^.]*$/, "", key); if (FILENAME ~ /nevras/) sub(/-[^-]*-[^-]*$/, "", key) }
match($0, /(^|[{, ])(reason|from_repo)[ ]*=[ ]*"/) {
	value = quoted(substr($0, RSTART + RLENGTH - 1))
	if (substr($0, RSTART, RLENGTH) ~ /reason/) reason[key] = tolower(value); else repo[key] = value
	seen[key] = 1
}
END { for (name in seen) print reason[name] "\t" name "\t" repo[name] }'

s_reasons() {
	if [ -d /var/lib/yum/yumdb ]; then
		limit 15 find /var/lib/yum/yumdb -mindepth 3 -maxdepth 3 \( -name reason -o -name from_repo \) 2>/dev/null |
			limit_stdin awk "$YUMDB_AWK"
	elif [ -r /usr/lib/sysimage/libdnf5/packages.toml ]; then
		set -- /usr/lib/sysimage/libdnf5/packages.toml
		[ ! -r /usr/lib/sysimage/libdnf5/nevras.toml ] || set -- "$@" /usr/lib/sysimage/libdnf5/nevras.toml
		limit 10 awk "$DNF5_AWK" "$@"
	elif [ -r /var/lib/zypp/AutoInstalled ]; then
		awk '!/^#/ && NF { print "dependency\t" $1 "\t" } END { print "user\t*\t" }' /var/lib/zypp/AutoInstalled
	elif [ -r /etc/apk/world ]; then
		awk '{ for (i = 1; i <= NF; i++) { p = $i; sub(/[<>=~@].*/, "", p); if (p !~ /^[!]/ && p != "") print "user\t" p "\t" } } END { print "dependency\t*\t" }' /etc/apk/world
	elif [ -r /var/lib/dnf/history.sqlite ]; then
		state missing "dnf 4 notes it in a database that is not read"; return 1
	else
		state missing "no package manager here that notes it in text (apt does in apt-auto, pacman in pacman)"; return 1
	fi | sort
}

# Repositories as they are written down, and the names of public keys: those that are trusted for
# all of them, and those that an entry may name.
s_repositories() {
	set +f
	# shellcheck disable=SC2046 # patterns, to be expanded here
	printf '%s\n' $(set -f; printf '%s\n' /etc/apt/sources.list '/etc/apt/sources.list.d/*.list' '/etc/apt/sources.list.d/*.sources' \
		'/etc/yum.repos.d/*.repo' /etc/yum.conf /etc/dnf/dnf.conf '/etc/zypp/repos.d/*.repo' /etc/apk/repositories '/etc/apk/repositories.d/*' \
		/etc/pacman.conf '/etc/pkg/*.conf' '/usr/local/etc/pkg/repos/*.conf' | local_only) |
		awk '/^\// && !/[*]/' | carry 524288 follow
	printf '%s\n' /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/* /etc/apk/keys/* /etc/apt/keyrings/* /etc/pki/rpm-gpg/* \
		/usr/share/keyrings/* /usr/share/postgresql-common/pgdg/* | { set -f; stat_lines; } |
		awk -F "$TAB" "$PASS_AWK$PLANNER_MASK"'
			$5 > 0 && ($1 == "f" || $1 == "l" && $7 ~ /^\/etc\/apk/) { print "F\t" escape($7) "\t" $2 "\t" $3 "\t" $4 "\t0\t0" }'
	set -f
}

look_packages() {
	DPKG=; RPM=; RPM_AS=
	[ ! -r /var/lib/dpkg/status ] || DPKG=1
	[ -n "$DPKG" ] || ! has rpm || [ ! -d /var/lib/rpm ] && [ ! -d /usr/lib/sysimage/rpm ] || RPM=1
	if [ -n "$RPM" ] && [ "$ID" -eq 0 ] && limit 5 chroot --userspec=65534:65534 / true 2>/dev/null; then RPM_AS=nobody; fi
	collecting
	DPKG_LIST=
	[ -z "$DPKG" ] || DPKG_LIST=$(awk "$DPKG_STATUS_AWK" /var/lib/dpkg/status)
	section dpkg s_dpkg
	section apt-auto s_apt_auto
	section apt-origins s_apt_origins
	section rpm s_rpm
	section apk s_apk
	section pacman s_pacman
	section pkg s_pkg
	section slackware s_slackware
	section reasons s_reasons
	section repositories s_repositories
	look_owners
}
