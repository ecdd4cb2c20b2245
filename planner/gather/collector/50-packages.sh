# Packages, and which of them own what is in use.
# shellcheck disable=SC2016 # awk programs stand in single quotes

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

# Packages of repositories other than the distribution's own, from the lists that apt keeps.
s_apt_origins() {
	[ -n "$DPKG" ] || { state missing "no dpkg here"; return 1; }
	set +f
	found=
	for f in /var/lib/apt/lists/*Release; do
		[ -r "$f" ] || continue
		found=1
		origin=$(grep -m 1 '^Origin:' "$f"); origin=${origin#Origin: }
		case $origin in Debian | Ubuntu | 'Debian Backports' | Raspbian) continue ;; esac
		base=${f%InRelease}; base=${base%Release}
		for p in "$base"*Packages; do
			[ -r "$p" ] || continue
			said "$DPKG_LIST" | awk -F "$TAB" -v o="$origin ${base##*/}" '
				FILENAME == "-" { have[$1] = 1; next }
				/^Package: / { n = substr($0, 10); if ((n in have) && !done[n]++) print n "\t" o }' - "$p"
		done
	done
	set -f
	[ -n "$found" ] || { state missing "apt keeps no lists here"; return 1; }
}

s_rpm() {
	[ -n "$RPM" ] || { state missing "no rpm here"; return 1; }
	limit 40 rpm -qa --qf '%{NAME}\t%{EPOCH}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{VENDOR}\t%{SOURCERPM}\n' 2>/dev/null
	code=$?; late $code rpm; return $code
}

s_apk() {
	has apk || { state missing "no apk here"; return 1; }
	limit 20 apk info -v 2>/dev/null
}

wanted_owners() {
	{
		said "$PROCESSES" | awk '/^exe / { p = substr($0, 5); sub(/ [(]deleted[)]$/, "", p); print p }'
		said "$UNITS" | awk '/^FragmentPath=\// { print substr($0, 14) }'
		set +f
		for d in /etc/*/; do d=${d%/}; [ -L "$d" ] || printf '%s\n' "$d"; done
		set -f
	} | awk '/^\// && !/\\/ && !seen[$0]++'
}

# One pass over dpkg's lists: O path package for what is wanted, C path for all below /etc.
dpkg_owners() {
	set +f
	wanted_owners | limit_stdin awk '
		function other(p) {
			if (p ~ /^\/usr\/(bin|sbin|lib|lib32|lib64|libx32)\//) return substr(p, 5)
			if (p ~ /^\/(bin|sbin|lib|lib32|lib64|libx32)\//) return "/usr" p
			return ""
		}
		FILENAME == "-" { want[$0] = $0; o = other($0); if (o != "") want[o] = $0; all[$0] = 1; next }
		FNR == 1 { pkg = FILENAME; sub(/.*\//, "", pkg); sub(/\.list$/, "", pkg); sub(/:.*/, "", pkg) }
		/^\/etc\// { print "C\t" $0 }
		($0 in want) && !((want[$0], pkg) in told) {
			told[want[$0], pkg] = 1
			p = want[$0]
			if (owner[p] == "") owner[p] = pkg; else owner[p] = owner[p] ", " pkg
		}
		END { for (p in all) print "O\t" p "\t" owner[p] }' - /var/lib/dpkg/info/*.list
	set -f
}

rpm_owners() {
	list=$(wanted_owners | local_only)
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $list
	unset IFS
	[ $# -gt 0 ] || return 0
	{ said "$list"; echo; limit 30 rpm -qf --qf '%{NAME}\n' "$@" 2>&1; } | awk '
		!split_at { if ($0 == "") split_at = 1; else path[++n] = $0; next }
		{ if ($0 ~ / /) $0 = ""; if (++k <= n) print "O\t" path[k] "\t" $0 }'
}

apk_owners() {
	list=$(wanted_owners | local_only)
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $list
	unset IFS
	[ $# -gt 0 ] || return 0
	{ said "$list"; echo; limit 20 apk info -W "$@" 2>/dev/null; } | awk '
		!split_at { if ($0 == "") split_at = 1; else all[$0] = 1; next }
		/ is owned by / { p = $0; sub(/ is owned by .*/, "", p); o = $0; sub(/.* is owned by /, "", o); sub(/-[0-9][^-]*-r[0-9]+$/, "", o); owner[p] = o }
		END { for (p in all) print "O\t" p "\t" owner[p] }'
}

collect_owned() {
	if [ -n "$DPKG" ]; then dpkg_owners
	elif [ -n "$RPM" ]; then rpm_owners
	elif has apk; then apk_owners
	fi
}

s_owners() {
	[ -n "$OWNED" ] || { state missing "no package manager that is known here"; return 1; }
	said "$OWNED" | awk -F "$TAB" '$1 == "O" { print $2 "\t" $3 }' | sort
}

look_packages() {
	DPKG=; RPM=
	[ ! -r /var/lib/dpkg/status ] || ! has dpkg-query || DPKG=1
	[ -n "$DPKG" ] || ! has rpm || [ ! -d /var/lib/rpm ] && [ ! -d /usr/lib/sysimage/rpm ] || RPM=1
	collecting
	DPKG_LIST=
	# shellcheck disable=SC2016 # fields of dpkg-query, not of the shell
	[ -z "$DPKG" ] || DPKG_LIST=$(limit 20 dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\t${Source}\t${db:Status-Abbrev}\t${Origin}\n' 2>/dev/null)
	section dpkg s_dpkg
	section apt-auto s_apt_auto
	section apt-origins s_apt_origins
	section rpm s_rpm
	section apk s_apk
	collecting
	OWNED=$(collect_owned)
	section owners s_owners
}
