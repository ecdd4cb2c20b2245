# Certificates, never keys: the first block of each file that holds one.
# shellcheck disable=SC2016 # awk programs stand in single quotes

CERTIFICATE_LIMIT=300

# What configuration names as a certificate, and what lies where certificates lie.
certificate_candidates() {
	said "$FILES" | awk '
		!/^[|]/ || tolower($0) !~ /cert|crt|[.]pem|chain/ { next }
		{
			s = $0
			while (match(s, /\/[A-Za-z0-9_.@%+\/-]+/)) {
				p = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
				if (p ~ /\.(pem|crt|cer|cert|chain)$/ || p ~ /(cert|fullchain)[^\/]*$/) print p
			}
		}'
	landmarks '[.](pem|crt|cer)$'
	IFS=$NL
	for d in $(printf '%s\n' /etc/ssl /etc/pki /etc/letsencrypt/live /etc/nginx /etc/apache2 /etc/httpd /etc/postgresql /etc/mysql /etc/haproxy /etc/postfix /etc/dovecot /etc/ldap /etc/openldap /etc/openvpn /etc/kubernetes/pki /etc/rabbitmq /etc/docker /var/lib/pgsql /var/lib/postgresql | starts); do
		unset IFS
		limit 5 find "$d" -xdev -maxdepth 4 \( -path /etc/ssl/certs -o -path /etc/pki/ca-trust -o -path /etc/pki/rpm-gpg -o -name base \) -prune \
			-o \( -name '*.pem' -o -name '*.crt' -o -name '*.cer' -o -name '*.cert' \) ! -type d -print 2>/dev/null
		late $? "certificates below $d"
	done
	unset IFS
	# what somebody put among those of authorities: the package makes links
	[ ! -d /etc/ssl/certs ] || limit 5 find /etc/ssl/certs -xdev -maxdepth 1 -type f ! -name 'ca-certificates.crt' ! -name 'ca-bundle*' -print 2>/dev/null
}

# Bundles of authorities come with the system, and libraries carry theirs.
certificate_files() {
	certificate_candidates | awk "$PASS_AWK"'
		/\\/ || /\/(ca-bundle|ca-certificates|cacert|tls-ca-bundle|email-ca-bundle|objsign-ca-bundle|ca-bundle\.trust)[^\/]*$/ { next }
		/^\/(usr\/share|usr\/lib|etc\/pki\/tls\/cert\.pem|usr\/local\/share\/ca-certificates)(\/|$)/ && !/\/usr\/local\/share\// { next }
		/\/(site-packages|dist-packages|node_modules|testdata|test|tests|examples?)\// { next }
		!seen[$0]++'
}

# Size, mode and owner of what a link leads to; fields of stat_lines are those of the link.
CERTIFICATES_AWK='
BEGIN { FS = "\t" }
index($0, MARK) == 1 { print; next }
{
	path = $7
	if (path == "" || ($1 != "f" && $1 != "l") || $5 + 0 > 2097152) next
	if (++seen > MAX) next
	key = 0; n = 0; within = 0; done = 0; opened = 0; lines = 0; began = 0
	while ((r = (getline line < path)) > 0) {
		opened = 1
		if (++lines > 20000) break
		sub(/\r$/, "", line)
		if (line ~ /^-----BEGIN .*PRIVATE KEY-----/) key = 1
		else if (line ~ /^-----BEGIN (X509 )?CERTIFICATE-----$/ && !done) { within = began = 1; n = 0 }
		if (within) {
			# a block that does not end must not run into the key that follows
			if (line ~ /^-----END (X509 )?CERTIFICATE-----$/) { pem[++n] = line; within = 0; done = 1 }
			else if (!n || line ~ /^[A-Za-z0-9+\/=]+$/) pem[++n] = line
			else { within = 0; n = 0 }
			if (n > 200) { within = 0; n = 0 }
		}
	}
	close(path)
	if (r < 0 && !opened) { unread++; next }
	if (!done && began) { damaged++; next }
	if (!done) { binary += (!key && path ~ /\.(crt|cer|cert)$/ && $5 > 0); next }
	print "C " escape(path) "\t" $2 "\t" $3 "\t" $4 "\t" key
	for (i = 1; i <= n; i++) print "|" pem[i]
}
END {
	if (unread) printf "%s S partial %d certificates could not be read\n", MARK, unread
	if (damaged) printf "%s S partial %d certificates have no end\n", MARK, damaged
	if (binary) printf "%s S partial %d certificates that are not text were not read\n", MARK, binary
	if (seen > MAX) printf "%s S partial %d of %d files with certificates\n", MARK, MAX, seen
}'

s_certificates() {
	landmarks_lack
	certificate_files | sort | stat_lines | limit_stdin awk -v MARK="$MARK" -v MAX=$CERTIFICATE_LIMIT "$PLANNER_MASK$CERTIFICATES_AWK" ||
		state partial "the search for certificates broke off"
	notroot "certificates in closed folders cannot be seen"
}

look_certificates() {
	section certificates s_certificates
}
