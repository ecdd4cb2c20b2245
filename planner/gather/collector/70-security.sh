# Users, and what confines or watches the machine.
# shellcheck disable=SC2016 # awk programs stand in single quotes

s_passwd() { awk -F: 'NF > 6 { print $1 ":" $3 ":" $4 ":" $6 ":" $7 }' /etc/passwd; }
s_group() { awk -F: 'NF > 3 { print $1 ":" $3 ":" $4 }' /etc/group; }
s_fips() { if [ -r /proc/sys/crypto/fips_enabled ]; then first_line /proc/sys/crypto/fips_enabled; echo; else echo 0; fi; }

s_selinux() {
	if [ -r /sys/fs/selinux/enforce ]; then
		case $(first_line /sys/fs/selinux/enforce) in 1) echo enforcing ;; *) echo permissive ;; esac
	elif [ -r /etc/selinux/config ]; then echo disabled
	else echo absent
	fi
}

look_security() {
	section passwd s_passwd
	section group s_group
	section fips s_fips
	section selinux s_selinux
}
