# Who may log in and who does: names, counts and days, without keys and addresses.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# Accounts with a login shell that people use, from UID_MIN on; administrators; ranges of subids.
ACCOUNTS_AWK='
BEGIN { FS = ":"; least = 0 }
FILENAME == "/etc/login.defs" { if ($0 ~ /^UID_MIN[ \t]/) { split($0, w, /[ \t]+/); least = w[2] } next }
FILENAME ~ /sub[ug]id$/ { if (NF == 3 && ++n <= 200) print substr(FILENAME, 6) "\t" $1 "\t" $2 "\t" $3; next }
FILENAME == "/etc/group" {
	if ($1 !~ /^(sudo|wheel|admin|root)$/) next
	m = split($4, w, ","); for (i = 1; i <= m; i++) if (w[i] != "") print "admin\t" escape(w[i]) "\t" $1
	if ($1 != "root") for (a in primary) if (primary[a] == $3) print "admin\t" escape(a) "\t" $1
	next
}
NF > 6 {
	if (!least) least = 1000
	primary[$1] = $4
	if ($7 ~ /\/(nologin|false|sync|shutdown|halt)$/) next
	if ($3 >= least && $3 != 65534 || $3 == 0) print "account\t" escape($1) "\t" $3
}'

# sshd takes the first value that it reads, in the order of the text with Include in place.
SSHD_AWK='
BEGIN { total = split(ENVIRON["INCLUDED"], names, "\n"); read_file(ENVIRON["SSHD"], 0) }
function pattern(p) {
	if (p !~ /^\//) p = "/etc/ssh/" p
	gsub(/[.+]/, "[&]", p); gsub(/[*]/, "[^/]*", p); gsub(/[?]/, "[^/]", p)
	return "^" p "$"
}
function read_file(f, deep,    line, key, value, i, re) {
	while ((getline line < f) > 0) {
		gsub(/^[ \t]+|[ \t]+$/, "", line)
		if (line ~ /^#/ || line == "") continue
		i = match(line, /[ \t=]+/); if (!i) continue
		key = tolower(substr(line, 1, i - 1)); value = substr(line, i + RLENGTH); gsub(/[ \t]+/, " ", value)
		if (key == "match") { where = (tolower(value) == "all") ? "" : value; continue }
		if (key == "include" && deep < 3) {
			re = pattern(value)
			for (i = 1; i <= total; i++) if (names[i] ~ re) read_file(names[i], deep + 1)
			continue
		}
		if (key ~ /^(port|listenaddress|permitrootlogin|passwordauthentication|kbdinteractiveauthentication|challengeresponseauthentication|pubkeyauthentication|authenticationmethods|allowusers|allowgroups|denyusers|denygroups|forcecommand|chrootdirectory|subsystem|authorizedkeysfile|authorizedkeyscommand|trustedusercakeys|allowtcpforwarding|gatewayports|permittunnel|usepam|gssapiauthentication)$/)
			print "sshd\t" escape(mask_text(where)) "\t" key "\t" escape(mask_text(value))
	}
	close(f)
	if (deep) where = ""
}'

# Days on which somebody logged in; no address and no time of the day leaves the machine.
LAST_AWK='
BEGIN { split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", w, " "); for (i in w) month[w[i]] = (i + 0 < 10 ? "0" : "") i }
function day(s,    f, n, i) {
	n = split(s, f, /[ \t]+/)
	for (i = 2; i < n - 2; i++)
		if ((f[i] in month) && f[i + 1] ~ /^[0-9]+$/ && f[i + 2] ~ /^[0-9]+:[0-9]+:[0-9]+$/ && f[i + 3] ~ /^[0-9][0-9][0-9][0-9]$/)
			return f[i + 3] "-" month[f[i]] "-" (f[i + 1] < 10 ? "0" : "") (f[i + 1] + 0)
	return ""
}
/ begins / { since = day($0); next }
/^(reboot|shutdown|runlevel)[ \t]/ || NF < 4 { next }
{
	d = day($0)
	if (d == "") { odd++; next }
	sessions[$1]++
	if (!(($1, d) in had)) { had[$1, d] = 1; days[$1]++ }
	if (d > newest[$1]) newest[$1] = d
	n++
}
END {
	for (u in sessions) print "seen\t" escape(u) "\t" newest[u] "\t" days[u] "\t" sessions[u]
	if (since != "") print "since\t" since
	if (n + odd >= 499) printf "%s S partial the last 500 logins only\n", MARK
	if (odd) printf "%s S partial %d lines of last have no day\n", MARK, odd
}'

# Public keys of accounts, counted; homes on network mounts are left alone.
count_keys() {
	set +f
	list=$(awk -F: 'NF > 6 && $6 ~ /^\/./ && $7 !~ /\/(nologin|false|sync)$/ && !seen[$6]++ { print $6 "/.ssh/authorized_keys"; print $6 "/.ssh/authorized_keys2" }' /etc/passwd | local_only)
	set -f
	files=; IFS=$NL
	for f in $list; do
		if [ -f "$f" ] && [ -r "$f" ]; then files=$files$NL$f; fi
	done
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $files
	unset IFS
	[ $# -eq 0 ] || awk "$PLANNER_MASK"'
		FILENAME == "/etc/passwd" { split($0, w, ":"); if (!(w[6] in who)) who[w[6]] = w[1]; next }
		!/^[ \t]*(#|$)/ { h = FILENAME; sub(/\/\.ssh\/authorized_keys2?$/, "", h); count[who[h]]++ }
		END { for (u in count) print "keys\t" escape(u) "\t" count[u] }' /etc/passwd "$@"
	notroot "public keys in the homes of others"
}

s_logins() {
	printf 'today\t%s\n' "$(date -u +%Y-%m-%d)"
	set --
	for f in /etc/login.defs /etc/passwd /etc/group /etc/subuid /etc/subgid; do [ ! -r $f ] || set -- "$@" $f; done
	if [ $# -gt 0 ]; then awk "$PLANNER_MASK$ACCOUNTS_AWK" "$@"; else state partial "no /etc/passwd"; fi
	count_keys
	SSHD=/etc/ssh/sshd_config
	if [ -r $SSHD ]; then
		set +f
		INCLUDED=$(printf '%s\n' /etc/ssh/sshd_config.d/* /etc/ssh/*.conf); set -f
		export SSHD INCLUDED
		awk "$PLANNER_MASK$SSHD_AWK"
		unset INCLUDED
	elif [ -e $SSHD ]; then notroot $SSHD
	fi
	awk '/^[ \t]*#/ { next } match($0, /pam_(google_authenticator|duo|oath|u2f|yubico|radius_auth|rsa|securid|otpw|privacyidea|access|listfile|krb5|sss|ldap|winbind|tacplus)\.so/) { m = substr($0, RSTART, RLENGTH - 3); if (!had[m]++) print "pam\t" m }' /etc/pam.d/sshd
	if has who; then limit 5 who | awk "$PLANNER_MASK"'{ n[$1]++ } END { for (u in n) print "now\t" escape(u) "\t" n[u] }'
	else state partial "no who: sessions now are not known"
	fi
	if has last; then
		text=$(limit 10 last -w -R -F -n 500); code=$?
		if [ $code -eq 0 ]; then said "$text" | awk -v MARK="$MARK" "$PLANNER_MASK$LAST_AWK"
		else late $code last; state partial "last gave exit status $code: past logins are not known"
		fi
	else state partial "no last: past logins are not known"
	fi
}
