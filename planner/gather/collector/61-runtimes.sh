# Language runtimes and the applications on them.
# shellcheck disable=SC2016 # awk programs stand in single quotes

s_virtualenvs() {
	list=$({
		printf '%s\n' /opt /srv /home /usr/local /var/www /var/lib /data /root | walkable | {
			tops=
			while read -r d; do [ ! -d "$d" ] || tops="$tops $d"; done
			# shellcheck disable=SC2086 # plain names
			[ -z "$tops" ] || limit 15 find $tops -xdev -maxdepth 6 -name pyvenv.cfg 2>/dev/null
		}
		said "$PROCESSES" | awk '/^a \/.*\/bin\// { p = substr($0, 3); sub(/\/bin\/.*/, "/pyvenv.cfg", p); print p }'
	} | local_only)
	IFS=$NL
	set +f
	for f in $list; do
		[ -r "$f" ] && [ -f "$f" ] || continue
		v=${f%/pyvenv.cfg}
		printf 'V %s\n' "$v"
		awk '{ print "k " $0 }' "$f"
		for m in "$v"/lib/python*/site-packages/*.dist-info "$v"/lib/python*/site-packages/*.egg-info; do
			[ -e "$m" ] || continue
			m=${m##*/}; m=${m%.dist-info}; m=${m%.egg-info}; m=${m%-py[23].*}
			case $m in *-*) printf 'p %s==%s\n' "${m%-*}" "${m##*-}" ;; esac
		done
	done
	set -f
	unset IFS
	notroot "virtual environments in folders of others cannot be seen"
}

look_runtimes() {
	section virtualenvs s_virtualenvs
}
