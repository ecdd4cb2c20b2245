# Secrets that stand behind no name, but at a known place of a known program's command line or
# configuration line. A library for mask.awk, written as that is.
#
#   client_of(word)      the program that a word of a command line names, or nothing
#   client_arg(client, a)  an argument of it, masked; CLIENT_NEXT: the next one is the secret
#   client_lines(line)   command lines and configuration lines in text

BEGIN {
	# program: options; -p+ is one that the secret is written to, -p one that it follows
	n = split("mysql:-p+ mysqldump:-p+ mysqladmin:-p+ mysqlimport:-p+ mysqlcheck:-p+ mysqlpump:-p+ " \
		"mariadb:-p+ mariadb-dump:-p+ mariadb-admin:-p+ mariadb-check:-p+ mariabackup:-p+ " \
		"sshpass:-p,-p+ redis-cli:-a keydb-cli:-a valkey-cli:-a redis-benchmark:-a " \
		"ldapsearch:-w,-w+ ldapmodify:-w,-w+ ldapadd:-w,-w+ ldapdelete:-w,-w+ ldapwhoami:-w,-w+ ldappasswd:-w,-w+,-s " \
		"mongo:-p mongosh:-p mongodump:-p mongorestore:-p mongoexport:-p mongoimport:-p " \
		"ipmitool:-P sqlcmd:-P,-P+ mosquitto_pub:-P mosquitto_sub:-P zip:-P unzip:-P 7z:-p+ 7za:-p+ " \
		"snmpget:-A,-X,-c snmpwalk:-A,-X,-c snmpset:-A,-X,-c snmpbulkwalk:-A,-X,-c snmptrap:-A,-X,-c " \
		"openssl:-k,-K xfreerdp:/p:+ rdesktop:-p smbclient:-U% rpcclient:-U% lftp:-u, ncftpput:-p " \
		"isql:-P bcp:-P tsql:-P db2:using impdp: expdp: cqlsh:-p influx:-password arangosh: htpasswd: rabbitmqctl: " \
		"curl:-u: wget: svn:--password etcdctl:--user chpasswd: vncpasswd:", w, " ")
	for (i = 1; i <= n; i++) { split(w[i], c, ":"); CLIENT[c[1]] = substr(w[i], length(c[1]) + 2) }
	CLIENTS = n
	for (i = 1; i <= n; i++) { split(w[i], c, ":"); CLIENT_NAME[i] = c[1] }
}

function client_of(word,    b) {
	b = word; sub(/.*\//, "", b)
	return (b in CLIENT) ? b : ""
}

function client_arg(client, a,    list, n, i, o, k) {
	CLIENT_NEXT = 0
	n = split(CLIENT[client], list, ",")
	for (i = 1; i <= n; i++) {
		o = list[i]; k = length(o) - 1
		if (o ~ /[+]$/) {
			o = substr(o, 1, k)
			if (index(a, o) == 1 && length(a) > k && a !~ /^--/) { MASKED++; return o STARS }
		} else if (o != "" && o !~ /[:%]$/ && a == o) { CLIENT_NEXT = 1; return a }
	}
	if (client == "curl" && a ~ /^-[A-Za-z]*u[^:]+:./) { MASKED++; return substr(a, 1, index(a, ":")) STARS }
	if (client ~ /^(smbclient|rpcclient)$/ && a ~ /^(-U)?[^%\/]+%./) { MASKED++; return substr(a, 1, index(a, "%")) STARS }
	if (client == "lftp" && a ~ /^[^,\/:]+,./) { MASKED++; return substr(a, 1, index(a, ",")) STARS }
	return a
}

# Command lines in text, after the names were looked for.
function client_commands(s,    i, c, list, n, j, o) {
	for (i = 1; i <= CLIENTS; i++) {
		c = CLIENT_NAME[i]
		if (!index(s, c) || s !~ ("(^|[^A-Za-z0-9_-])" c "([ \t]|$)")) continue
		n = split(CLIENT[c], list, ",")
		for (j = 1; j <= n; j++) {
			o = list[j]
			if (o ~ /^[-\/][A-Za-z]:?[+]$/) s = mask_word_after(s, "[ \t]" substr(o, 1, length(o) - 1))
			else if (o ~ /^--?[A-Za-z]+$/) s = mask_word_after(s, "[ \t]" o "[ \t=]+")
		}
		if (c == "curl") s = mask_word_after(s, "[ \t]-[A-Za-z]*u[ \t]*[" DQ SQ "]?[^ \t:]+:")
		if (c == "lftp") s = mask_word_after(s, "[ \t]-u[ \t]+[^ \t,]+,")
		if (c == "htpasswd") s = mask_word_after(s, "htpasswd[ \t]+-[a-zA-Z]*b[a-zA-Z]*[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+")
		if (c == "rabbitmqctl") s = mask_word_after(s, "(add_user|change_password|authenticate_user)[ \t]+[^ \t]+[ \t]+")
		if (c == "chpasswd") s = mask_word_after(s, "echo[ \t]+(-[a-z]+[ \t]+)?[" DQ SQ "]?[^ \t:|]+:")
	}
	if (s ~ /sqlplus[ \t].*[^ \t\/]\/[^ \t@\/]+@/) s = mask_word_after(s, "sqlplus[ \t]+(-[a-zA-Z]+[ \t]+)?[^ \t/]+/")
	if (s ~ /(docker|podman|buildah|skopeo|helm)[ \t].*login[ \t]/) s = mask_word_after(s, "[ \t](-p|--password)[ \t=]+")
	if (s ~ /echo[ \t].*[|][ \t]*(\/[a-z\/]*)?sudo[ \t].*-[a-zA-Z]*S/) s = mask_word_after(s, "echo[ \t]+(-[a-z]+[ \t]+)?")
	return s
}

# Configuration whose secret is a word at a place.
function client_lines(s,    l) {
	l = tolower(s)
	if (l ~ /^[ \t]*monitor[ \t]+[^ \t]+@/) s = mask_word_after(s, "[Mm][Oo][Nn][Ii][Tt][Oo][Rr][ \t]+[^ \t]+[ \t]+[0-9]+[ \t]+[^ \t]+[ \t]+")
	if (s ~ /^[ \t]*[$]USER[0-9]+[$][ \t]*=/) s = mask_word_after(s, "^[ \t]*[$]USER[0-9]+[$][ \t]*=[ \t]*")
	if (l ~ /^[ \t]*(ipsec[ \t]+secret|xauth[ \t]+password)[ \t]/) s = mask_word_after(s, "^[ \t]*[A-Za-z]+[ \t]+[A-Za-z]+[ \t]+")
	if (l ~ /^[ \t]*(poll|skip|user)[ \t].*[ \t]pass(word)?[ \t]/) s = mask_word_after(s, "[ \t](pass|password|PASS|PASSWORD)[ \t]+")
	if (l ~ /(message-digest-key[ \t]+[0-9]+[ \t]+md5|authentication-key|key-string|neighbor[ \t]+[^ \t]+[ \t]+password)[ \t]/)
		s = mask_word_after(s, "(message-digest-key[ \t]+[0-9]+[ \t]+md5|authentication-key|key-string|password)[ \t]+([0-9][ \t]+)?")
	if (l ~ /^[ \t]*(enable|line)?[ \t]*(password|secret)[ \t]+[0-9][ \t]+[^ \t]/) s = mask_word_after(s, "(password|secret)[ \t]+[0-9][ \t]+")
	if (l ~ /=[ \t]*(cleartext|des|crypt)[ \t]+[^ \t]/) s = mask_word_after(s, "=[ \t]*(cleartext|des|crypt)[ \t]+")
	if (l ~ /snmp-server[ \t]+community[ \t]/) s = mask_word_after(s, "community[ \t]+")
	if (l ~ /^[ \t]*authcommunity[ \t]/) s = mask_word_after(s, "^[ \t]*[A-Za-z]+[ \t]+[a-z,]+[ \t]+")
	if (l ~ /^[ \t]*(incominguser|outgoinguser)[ \t]/) s = mask_word_after(s, "^[ \t]*[A-Za-z]+[ \t]+[^ \t]+[ \t]+")
	if (l ~ /^[ \t]*(wireless-key|bridge_psk|wireless_key)[0-9]?[ \t]/) s = mask_word_after(s, "^[ \t]*[A-Za-z_-]+[0-9]?[ \t]+")
	if (l ~ /^[ \t]*[0-9]+[ \t]*=>[ \t]*[0-9]+,/) s = mask_word_after(s, "^[ \t]*[0-9]+[ \t]*=>[ \t]*")
	return s
}
