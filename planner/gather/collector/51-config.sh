# Configuration that is not as the packages shipped it, and its text.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# Lines of /etc: type, mode, uid, gid, size, mtime, path, link; the noise left out.
etc_files() {
	if [ "$FIND" = gnu ]; then
		{
			limit 20 find /etc -xdev ! -type d -printf '%y\t%m\t%U\t%G\t%s\t%T@\t%p\t%l\0' 2>/dev/null
			late $? "files of /etc" | tr '\n' '\0'
		} | tr '\0\n' '\n\001'
	else
		{
			limit 20 find /etc -xdev ! -type d 2>/dev/null
			late $? "files of /etc"
		} | stat_lines
	fi | awk -F "$TAB" "$PASS_AWK"'
		$7 ~ /^\/etc\/(ssl\/certs|alternatives|rc[0-9S]\.d|rc\.d\/rc[0-9]\.d|runlevels|ca-certificates\/update\.d|dpkg\/.*\.d\/\.|\.git|selinux\/[^\/]*\/(policy|active|contexts))\// { next }
		$7 ~ /^\/etc\/(ld\.so\.cache|\.pwd\.lock|machine-id|mtab|adjtime|\.updated|\.resolv\.conf.*|.*\.(dpkg|ucf)-[a-z]+|.*~|(passwd|group|shadow|gshadow|subuid|subgid)-?|.*\.rpm(save|new|orig)|udev\/hwdb\.bin|ssl\/certs.*|pki\/ca-trust\/extracted\/.*)$/ { next }
		$7 ~ /^\/etc\/systemd\/(system|user)\/[^\/]*\.(wants|requires)\// { next }
		$7 ~ /^\/etc\/systemd\/(system|user)\/[^\/]*$/ && $1 == "l" && $8 ~ /^(\/usr)?\/lib\/systemd\// { next }
		$7 ~ /\001/ { next }
		{ print }'
}

# The digests that dpkg noted when it installed each conffile.
dpkg_conffiles() {
	awk '
		/^Package: / { pkg = $2; in_list = 0; ok = 0 }
		/^Status: / { ok = ($0 ~ / installed$/) }
		/^Conffiles:/ { in_list = 1; next }
		in_list && /^ / { if (ok && $3 != "obsolete" && NF > 1 && $2 != "newconffile") print $2 "\t" $1 "\t" pkg; next }
		{ in_list = 0 }' /var/lib/dpkg/status
}

# Compares what packages noted with what lies there. Input by markers: noted digests, digests
# found, files of /etc.
CONFIG_AWK='
BEGIN { FS = "\t" }
index($0, MARK) == 1 { print; next }
/^=/ { part++; next }
part == 1 { if ($1 != "") { noted[$2] = $1 } owner[$2] = $3; next }
part == 2 { i = index($0, " "); path = substr($0, i + 2); sub(/^\\/, "", $0); found[path] = substr($0, 1, i - 1); next }
part == 3 { if ($1 == "C") owned[$2] = 1; next }
part == 4 { blind[$0] = 1; next }
function hidden(p,    d) {
	for (d in blind) if (index(p, d "/") == 1) return 1
	return 0
}
{
	there[$7] = 1
	mine = ($7 in owner) || ($7 in owned)
	if (mine && $1 == "f" && ($7 in noted) && ($7 in found) && noted[$7] != found[$7]) state = "changed"
	else if (mine && $1 == "f" && ($7 in noted) && !($7 in found)) { state = ""; unread++ }
	else if (!mine) state = "unowned"
	else state = ""
	if (state != "") print state "\t" swap($7, "\\", "\\\\") "\t" (state == "unowned" ? "" : owner[$7]) "\t" $2 "\t" $3 "\t" $4 "\t" $5 "\t" escape($8)
}
END {
	for (p in noted) if (p ~ /^\/etc\// && !(p in there) && !(p in found) && !hidden(p)) print "deleted\t" p "\t" owner[p] "\t\t\t\t\t"
	if (unread) printf "%s S partial %d configuration files of packages could not be read and compared\n", MARK, unread
}'

# Folders of /etc into which this login can not look: what lies there is not deleted.
blind_folders() {
	[ "$ID" -ne 0 ] || return 0
	if [ "$FIND" = gnu ]; then limit 10 find /etc -xdev -type d \( ! -executable -o ! -readable \) -print -prune 2>/dev/null
	else echo /etc
	fi
}

collect_config() {
	if [ -n "$DPKG" ]; then noted=$(dpkg_conffiles)
	else noted=$(said "$OWNED" | awk -F "$TAB" '$1 == "D" { print $2 "\t" $3 "\t" $4 }')
	fi
	list=$(said "$noted" | awk -F "$TAB" '$1 != "" { print $2 }' | local_only)
	case $(said "$noted" | awk -F "$TAB" '$1 != "" { print length($1); exit }') in
	64) sum=sha256sum ;;
	40) sum=sha1sum ;;
	*) sum=md5sum ;;
	esac
	IFS=$NL
	# shellcheck disable=SC2086 # split at newlines on purpose
	set -- $list
	unset IFS
	{
		echo '='; said "$noted"
		echo '='; [ $# -eq 0 ] || limit 20 $sum "$@" 2>/dev/null
		echo '='; said "$OWNED"
		echo '='; blind_folders
		echo '='; etc_files
	} | awk -v MARK="$MARK" "$PLANNER_MASK$CONFIG_AWK" | sort
}

s_config_files() {
	said "$CONFIG"
	[ -n "$OWNED" ] || state partial "no package manager that is known here told of its files: which of them are changed is not known"
}

KNOWN_CONFIG='/etc/nginx/nginx.conf /etc/nginx/conf.d/* /etc/nginx/sites-available/* /etc/nginx/snippets/* /etc/nginx/fastcgi_params
/etc/apache2/apache2.conf /etc/apache2/ports.conf /etc/apache2/envvars /etc/apache2/sites-available/* /etc/apache2/conf-available/* /etc/apache2/mods-available/mpm_*.conf /etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*
/etc/postgresql/*/*/postgresql.conf /etc/postgresql/*/*/pg_hba.conf /etc/postgresql/*/*/pg_ident.conf /etc/postgresql/*/*/start.conf /etc/postgresql/*/*/conf.d/* /var/lib/pgsql/data/*.conf /var/lib/pgsql/*/data/*.conf
/etc/mysql/my.cnf /etc/mysql/*.cnf /etc/mysql/conf.d/* /etc/mysql/mysql.conf.d/* /etc/mysql/mariadb.conf.d/* /etc/my.cnf /etc/my.cnf.d/*
/etc/redis/*.conf /etc/redis.conf /etc/valkey/*.conf /etc/memcached.conf /etc/haproxy/*.cfg /etc/haproxy/conf.d/* /etc/openvpn/*.conf /etc/openvpn/server/*.conf /etc/openvpn/client/*.conf
/etc/varnish/* /etc/squid/squid.conf /etc/squid/conf.d/* /etc/postfix/main.cf /etc/postfix/master.cf /etc/dovecot/dovecot.conf /etc/dovecot/conf.d/* /etc/exim4/update-exim4.conf.conf
/etc/bind/named.conf* /etc/named.conf /etc/unbound/unbound.conf /etc/unbound/unbound.conf.d/* /etc/dnsmasq.conf /etc/dnsmasq.d/* /etc/samba/smb.conf /etc/exports /etc/vsftpd.conf /etc/proftpd/proftpd.conf
/etc/rabbitmq/*.conf /etc/rabbitmq/rabbitmq-env.conf /etc/rabbitmq/enabled_plugins /etc/mosquitto/mosquitto.conf /etc/mosquitto/conf.d/* /etc/mongod.conf /etc/elasticsearch/*.yml /etc/elasticsearch/jvm.options /etc/opensearch/*.yml
/etc/tomcat*/*.xml /etc/tomcat*/*.properties /etc/default/tomcat* /etc/jenkins/* /etc/default/jenkins /etc/grafana/grafana.ini /etc/prometheus/*.yml /etc/default/prometheus* /etc/php/*/fpm/php-fpm.conf /etc/php/*/fpm/php.ini /etc/php/*/fpm/pool.d/*.conf /etc/php-fpm.conf /etc/php-fpm.d/*.conf
/etc/uwsgi/apps-available/* /etc/supervisor/supervisord.conf /etc/supervisor/conf.d/* /etc/supervisord.conf /etc/monit/monitrc /etc/ldap/slapd.d/cn=config.ldif /etc/openldap/slapd.conf /etc/strongswan.conf /etc/chrony/chrony.conf /etc/ntp.conf /etc/rsyslog.conf /etc/rsyslog.d/*
/etc/default/nginx /etc/default/apache2 /etc/default/redis-server /etc/default/haproxy /etc/default/mysql /etc/default/postgresql /etc/sysconfig/nginx /etc/sysconfig/httpd /etc/sysconfig/memcached /etc/sysctl.conf /etc/sysctl.d/* /etc/fstab /etc/exports.d/* /etc/tmpfiles.d/* /etc/security/limits.conf /etc/security/limits.d/* /usr/lib/tmpfiles.d/*.conf'

# Names in arguments that look like configuration: text that a program was told to read.
argument_files() {
	said "$PROCESSES" | awk '
		function under(base, names,    n, w, i) { n = split(names, w, " "); for (i = 1; i <= n; i++) print base "/" w[i] }
		/^cwd / { cwd = substr($0, 5) }
		/^P / { cwd = "" }
		/^a / {
			a = substr($0, 3)
			if (a ~ /\\/) next
			if (match(a, /^-Dcatalina[.]base=\//)) under(substr(a, RLENGTH), "conf/server.xml conf/context.xml conf/tomcat-users.xml bin/setenv.sh")
			if (match(a, /^-Djboss[.]server[.]base[.]dir=\//)) under(substr(a, RLENGTH) "/configuration", "standalone.xml standalone-full.xml standalone-ha.xml standalone-full-ha.xml")
			if (match(a, /^(-D)?jetty[.]base=\//)) under(substr(a, RLENGTH), "start.ini start.d/http.ini start.d/https.ini start.d/ssl.ini start.d/server.ini")
			if (match(a, /^PM2 v[^ ]*: God Daemon \(\/[^)]*/)) { sub(/^[^(]*[(]/, "", a); sub(/[)].*/, "", a); under(a, "dump.pm2"); next }
			sub(/^--?[A-Za-z0-9_.-]*=/, "", a); sub(/^-[a-zA-Z]\//, "/", a)
			if (a !~ /\.(conf|cfg|cnf|ini|yml|yaml|json|toml|properties|xml|env|py|config)$/ || a ~ /\\/) next
			if (a ~ /\.py$/ && a !~ /conf|config|settings/) next
			if (a ~ /^\//) print a
			else if (cwd ~ /^\// && a !~ /^-|:|\.\./) print cwd "/" a
		}'
	said "$UNIT_TEXT" | awk '
		/^[|]EnvironmentFile=-?\// { sub(/^[|]EnvironmentFile=-?/, ""); print }
		/^[|]WorkingDirectory=-?\// && !/[\\%*?[]/ {
			sub(/^[|]WorkingDirectory=-?/, ""); sub(/\/+$/, "")
			print $0 "/config/puma.rb"; print $0 "/config/unicorn.rb"; print $0 "/config/sidekiq.yml"
			print $0 "/appsettings.json"; print $0 "/appsettings.Production.json"
		}
		/^[|]ExecStart=/ { for (i = 2; i <= NF; i++) if ($i ~ /^\/[^\\*?%[]*\/(puma|unicorn|sidekiq|thin)[^\/]*[.](rb|yml)$/) print $i }'
}

collect_files() {
	{
		argument_files
		said "$JOB_SCRIPTS"
		set +f
		# shellcheck disable=SC2046,SC2086 # patterns, to be expanded here
		printf '%s\n' $(set -f; printf '%s\n' $KNOWN_CONFIG | local_only)
		set -f
		said "$CONFIG" | awk -F "$TAB" '($1 == "changed" || $1 == "unowned") && $8 == "" && $7 > 0 { print $2 }'
	} | awk "$PLANNER_MASK$DENY_AWK"' !seen[$0]++ && !denied($0)' | carry 1048576 ''
}

s_files() {
	said "$FILES"
	notroot "files that only root may read were not read"
}

look_config() {
	collecting
	CONFIG=$(collect_config)
	section config-files s_config_files
	collecting
	FILES=$(collect_files)
	section files s_files
}
