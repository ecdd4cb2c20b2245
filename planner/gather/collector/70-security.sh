# Users, and what confines, filters or watches the machine.
# shellcheck disable=SC2016 # awk programs stand in single quotes

s_passwd() { awk -F: 'NF > 6 { print $1 ":" $3 ":" $4 ":" $6 ":" $7 }' /etc/passwd; }
s_group() { awk -F: 'NF > 3 { print $1 ":" $3 ":" $4 }' /etc/group; }
s_fips() { if [ -r /proc/sys/crypto/fips_enabled ]; then first_line /proc/sys/crypto/fips_enabled; echo; else echo 0; fi; }

s_selinux() {
	enforce=/sys/fs/selinux/enforce
	# kernels before 3.0 (CentOS 6) have it at the root
	[ -r $enforce ] || enforce=/selinux/enforce
	if [ -r $enforce ]; then
		case $(first_line $enforce) in 1) echo enforcing ;; *) echo permissive ;; esac
	elif [ -r /etc/selinux/config ]; then echo disabled
	else echo absent
	fi
}

# told KEY FILE: the first line of a file that is there, without a process.
told() {
	line=
	if read -r line <"$2" || [ -n "$line" ]; then printf '%s\t%s\n' "$1" "$line"; fi
} 2>/dev/null

s_confinement() {
	[ -d /proc/self ] || { state missing "no /proc: what confines programs is known for Linux only"; return 1; }
	lsm=/sys/kernel/security/lsm
	if [ -r $lsm ]; then told lsm $lsm; else state partial "no list of security modules: securityfs is not there"; fi
	told lockdown /sys/kernel/security/lockdown
	told evm /sys/kernel/security/evm
	told ima /sys/kernel/security/ima/runtime_measurements_count
	told apparmor /sys/module/apparmor/parameters/enabled
	told selinux-mls /sys/fs/selinux/mls
	told crypto-policy /etc/crypto-policies/state/current
	awk -F= '/^[ \t]*SELINUX(TYPE)?[ \t]*=/ { gsub(/[ \t"]/, ""); print ($1 == "SELINUX" ? "selinux-config" : "selinux-type") "\t" $2 }' /etc/selinux/config
	if [ -d /sys/firmware/efi ]; then
		boot=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
		if [ -r $boot ]; then boot=$(od -An -t u1 -j 4 -N 1 $boot); echo "secure-boot$TAB${boot##* }"
		elif [ ! -e $boot ] && grep -q ' /sys/firmware/efi/efivars ' /proc/self/mountinfo; then echo "secure-boot${TAB}0"
		else state partial "the firmware's variables cannot be read: secure boot is not known"
		fi
	else echo "secure-boot${TAB}no EFI"
	fi
	profiles=/sys/kernel/security/apparmor/profiles
	if [ -e $profiles ] && [ "$ID" -ne 0 ]; then notroot "profiles of AppArmor"
	elif [ -e $profiles ]; then
		awk -v MARK="$MARK" "$PLANNER_MASK"'
			match($0, / [(][a-z]+[)]$/) && ++n <= 500 { print "profile\t" escape(substr($0, 1, RSTART - 1)) "\t" substr($0, RSTART + 2, RLENGTH - 3) }
			END { if (n > 500) printf "%s S partial 500 of %d profiles of AppArmor\n", MARK, n }' $profiles
	fi
	[ -e /proc/self/attr/current ] || return 0
	set +f
	limit 10 grep -aH '' /proc/[0-9]*/attr/current 2>/dev/null | tr -d '\0' | awk -v MARK="$MARK" "$PLANNER_MASK"'
		{
			split($0, w, "/"); label = substr($0, index($0, ":") + 1); sub(/[ \t]+$/, "", label)
			if (label == "" || label ~ /^unconfined([ (]|$)/ || label ~ /^[^:]*:[^:]*:(unconfined|kernel)_t(:|$)/ || label == "kernel") next
			if (++n <= 2000) print "process\t" w[3] "\t" escape(label)
		}
		END { if (n > 2000) printf "%s S partial 2000 of %d confined processes\n", MARK, n }'
	set -f
}

# Is a program of this name (of its first 15 letters) among the processes?
runs() { case "$NL$COMMS$NL" in *"$NL$1$NL"*) return 0 ;; *) return 1 ;; esac; }

# Says so where processes may be there that nobody saw.
seen_processes() {
	[ -n "$PROCESSES" ] || state partial "processes are not known: what runs may be missing"
	case $HIDEPID in *hidepid=[1-9i]*) notroot "/proc hides the processes of others" ;; esac
}

s_audit() {
	[ -d /proc/self ] || { state missing "no /proc: the audit of Linux only is known"; return 1; }
	seen_processes
	if runs auditd; then echo "running${TAB}1"; else echo "running${TAB}0"; fi
	if [ ! -d /etc/audit ]; then echo "installed${TAB}0"; return 0; fi
	echo "installed${TAB}1"
	if [ "$ID" -ne 0 ] && [ ! -x /etc/audit ]; then notroot "rules of the audit"; return 0; fi
	set +f
	if [ -s /etc/audit/audit.rules ]; then set -- /etc/audit/audit.rules; else set -- /etc/audit/rules.d/*.rules; fi
	set -f
	for f in "$@"; do
		shift
		if [ -r "$f" ]; then set -- "$@" "$f"
		elif [ -e "$f" ]; then notroot "rules of the audit"
		fi
	done
	[ $# -gt 0 ] || return 0
	awk -v MARK="$MARK" "$PLANNER_MASK"'
		/^[ \t]*-/ && ++n <= 1000 { print "rule\t" escape(mask_text($0)) }
		END { if (n > 1000) printf "%s S partial 1000 of %d rules of the audit\n", MARK, n }' "$@"
}

# Only names leave sssd.conf and its like: a list of keys for each file, nothing else.
DIRECTORY_AWK='
BEGIN {
	keys["sssd"] = "domains services id_provider auth_provider access_provider ad_domain ad_server ipa_domain ipa_server krb5_realm ldap_uri ldap_search_base"
	keys["krb5"] = "default_realm"
	keys["smb"] = "security realm workgroup server_role"
	keys["ldap"] = "base uri host"
	keys["yp"] = "domain"
	keys["ipa"] = "realm domain server host"
	for (f in keys) { n = split(keys[f], w, " "); for (i = 1; i <= n; i++) wanted[f, w[i]] = 1 }
}
FNR == 1 {
	section = ""; mask_reset()
	kind = FILENAME ~ /sssd/ ? "sssd" : FILENAME ~ /krb5/ ? "krb5" : FILENAME ~ /smb/ ? "smb" : FILENAME ~ /ipa/ ? "ipa" : FILENAME ~ /yp/ ? "yp" : FILENAME ~ /nsswitch/ ? "nss" : "ldap"
}
/^[ \t]*([#;]|$)/ { next }
kind == "nss" {
	if ($0 ~ /^[ \t]*(passwd|group|hosts|sudoers|automount|netgroup)[ \t]*:/) {
		i = index($0, ":"); value = substr($0, i + 1); gsub(/[ \t]+/, " ", value); sub(/^ /, "", value); sub(/ ?(#.*)?$/, "", value)
		key = substr($0, 1, i - 1); gsub(/[ \t]/, "", key); print "nss\t" key "\t" escape(value)
	}
	next
}
/^[ \t]*\[.*\]/ { section = $0; gsub(/^[ \t]*\[|\].*$/, "", section); next }
kind == "smb" && tolower(section) != "global" { next }
{
	if (kind == "ldap" || kind == "yp") { key = $1; value = $0; sub(/^[ \t]*[^ \t]+[ \t]*/, "", value) }
	else { i = index($0, "="); if (!i) next; key = substr($0, 1, i - 1); value = substr($0, i + 1) }
	gsub(/^[ \t]+|[ \t]+$/, "", key); gsub(/^[ \t]+|[ \t]+$/, "", value)
	key = tolower(key); gsub(/ /, "_", key)
	if (((kind, key) in wanted) && value != "" && ++n <= 200) print "set\t" escape(FILENAME) "\t" escape(section) "\t" key "\t" escape(mask_text(value))
}'

s_directory() {
	[ -r /etc/nsswitch.conf ] || state partial "no /etc/nsswitch.conf: where users come from is the default of the C library"
	set +f
	set --
	for f in /etc/nsswitch.conf /etc/sssd/sssd.conf /etc/sssd/conf.d/*.conf /etc/krb5.conf /etc/krb5.conf.d/* /etc/samba/smb.conf /etc/nslcd.conf /etc/ldap.conf /etc/ldap/ldap.conf /etc/openldap/ldap.conf /etc/libnss-ldap.conf /etc/yp.conf /etc/ipa/default.conf; do
		if [ -f "$f" ] && [ -r "$f" ]; then set -- "$@" "$f"
		elif [ -e "$f" ]; then notroot "$f"
		fi
	done
	[ $# -eq 0 ] || awk "$PLANNER_MASK$DIRECTORY_AWK" "$@"
	set -f
	[ ! -d /etc/sssd ] || [ -x /etc/sssd ] || notroot "/etc/sssd"
	[ ! -e /etc/krb5.keytab ] || echo "keytab$TAB/etc/krb5.keytab"
	[ ! -d /var/lib/samba/private ] || [ ! -e /var/lib/samba/private/secrets.tdb ] || echo "machine-account$TAB/var/lib/samba/private/secrets.tdb"
}

look_security() {
	COMMS=$(said "$PROCESSES" | awk '/^comm / { c = substr($0, 6); if (!had[c]++) print c }')
	section passwd s_passwd
	section group s_group
	section fips s_fips
	section selinux s_selinux
	section confinement s_confinement
	section audit s_audit
	section firewall s_firewall
	section directory s_directory
	section logins s_logins
}
