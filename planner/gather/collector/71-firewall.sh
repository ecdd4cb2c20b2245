# What filters packets, as the kernel has it and as it is configured. Asking for rules loads kernel
# modules, so the kernel is asked only where they are loaded already, or no module can be loaded.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# has_module NAME: loaded, built in, or the kernel has no modules at all.
has_module() {
	[ -e /proc/modules ] || return 0
	while read -r name _; do [ "$name" != "$1" ] || return 0; done </proc/modules
	grep -q "/$1\.ko" "/lib/modules/$(first_line /proc/sys/kernel/osrelease)/modules.builtin" 2>/dev/null
}

# rule_text KIND SOURCE ACTIVE: a record from the lines on standard input.
rule_text() {
	awk -v head="T$TAB$1$TAB$2$TAB$3" -v MARK="$MARK" "$PLANNER_MASK"'
		BEGIN { print head }
		/^[ \t]*(#[^#]*)?$/ { next }
		++n <= 2000 { print "|" mask_text($0) }
		END { if (n > 2000) printf "%s S partial 2000 of %d lines of %s\n", MARK, n, head }'
}

# FILTERS: the programs that ask the kernel, KIND and PROGRAM one a line.
kernel_filters() {
	FILTERS=; asked=
	if has_module nf_tables; then
		if has nft; then FILTERS="nft nft$NL"; asked=1
		elif has iptables-nft-save; then FILTERS="iptables iptables-nft-save${NL}ip6tables ip6tables-nft-save$NL"; asked=1
		elif case $(limit 5 iptables-save --version) in *nf_tables*) ;; *) false ;; esac; then
			FILTERS="iptables iptables-save${NL}ip6tables ip6tables-save$NL"; asked=1
		else state partial "no nft is there to ask the kernel for rules of nftables"
		fi
	fi
	for v in '' 6; do
		grep -q . "/proc/net/ip${v}_tables_names" 2>/dev/null || continue
		if has "ip${v}tables-legacy-save"; then FILTERS="${FILTERS}ip${v}tables ip${v}tables-legacy-save$NL"
		elif [ -z "$asked" ] && has "ip${v}tables-save"; then FILTERS="${FILTERS}ip${v}tables ip${v}tables-save$NL"
		else state partial "the kernel has rules of ip${v}tables, and no ip${v}tables-save is there to read them"
		fi
	done
}

ask_kernel() {
	kernel_filters
	said "${FILTERS%"$NL"}" | while read -r kind program; do
		if [ "$program" = nft ]; then
			text=$(limit 10 nft -s -t list ruleset) || text=$(limit 10 nft list ruleset)
		else text=$(limit 10 "$program")
		fi
		code=$?
		if [ $code -ne 0 ]; then late $code "$program"; state partial "$program: exit status $code"; continue; fi
		said "$text" | rule_text "$kind" kernel 1
	done
}

s_firewall() {
	[ -d /proc/self ] || { state missing "no /proc: packet filters of Linux only are known"; return 1; }
	told 'forward	4' /proc/sys/net/ipv4/ip_forward
	told 'forward	6' /proc/sys/net/ipv6/conf/all/forwarding
	if [ "$ID" -eq 0 ]; then ask_kernel; else notroot "rules that the kernel has now"; fi
	if [ -e /etc/ufw/ufw.conf ]; then
		on=$(awk -F= 'tolower($1) == "enabled" { print (tolower($2) ~ /yes/) }' /etc/ufw/ufw.conf)
		set -- /etc/ufw/user.rules /etc/ufw/user6.rules /lib/ufw/user.rules /lib/ufw/user6.rules
		for f in "$@"; do [ ! -e "$f" ] || [ -r "$f" ] || notroot "$f"; done
		{
			grep -h '^DEFAULT_.*_POLICY=' /etc/default/ufw
			grep -h '^### tuple ###' "$@" | sed 's/ comment=.*//' # in hexadecimal: no mask reads it
		} | rule_text ufw /etc/ufw "$on"
	fi
	if [ -d /etc/firewalld ]; then
		seen_processes
		if runs firewalld; then on=1; else on=0; fi
		[ -x /etc/firewalld ] || notroot /etc/firewalld
		zone=$(awk -F= '$1 == "DefaultZone" { print $2 }' /etc/firewalld/firewalld.conf)
		set +f
		set -- /etc/firewalld/zones/*.xml
		set -f
		[ -e "/etc/firewalld/zones/$zone.xml" ] || set -- "$@" "/usr/lib/firewalld/zones/${zone:-public}.xml"
		for f in "$@"; do
			[ ! -r "$f" ] || printf '%s\n' "### zone ${f##*/}" && cat "$f"
		done 2>/dev/null | rule_text firewalld "${zone:-public}" $on
	fi
	for f in /etc/nftables.conf /etc/sysconfig/nftables.conf /etc/sysconfig/iptables /etc/sysconfig/ip6tables /etc/iptables/rules.v4 /etc/iptables/rules.v6; do
		if [ -f "$f" ] && [ -r "$f" ]; then
			case $f in *nft*) kind=nft ;; *6) kind=ip6tables ;; *ip6*) kind=ip6tables ;; *) kind=iptables ;; esac
			source=$f; rule_text "$kind" "$source" '' <"$f"
		elif [ -e "$f" ]; then notroot "$f"
		fi
	done
	return 0
}
