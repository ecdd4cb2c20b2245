# Units, init scripts, scheduled jobs.
# shellcheck disable=SC2016 # awk programs stand in single quotes

systemd_runs() { [ -d /run/systemd/system ] && has systemctl; }

UNIT_PROPERTIES=Id,Names,LoadState,ActiveState,SubState,UnitFileState,MainPID,FragmentPath,DropInPaths,User,Group,Type,ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic,InactiveExitTimestampMonotonic,NRestarts,Result,ControlGroup,Triggers,TriggeredBy,Requires,Wants,After,Unit,TimersCalendar,TimersMonotonic,Listen

collect_units() {
	list=$({
		limit 20 systemctl list-units --all --type=service --type=socket --type=timer --no-legend --no-pager --full
		limit 20 systemctl list-unit-files --type=service --type=socket --type=timer --no-legend --no-pager --full | awk '$2 ~ /^enabled/'
	} 2>/dev/null | awk '
		{ u = ""; for (i = 1; i < 3 && i <= NF; i++) if ($i ~ /^[A-Za-z0-9].*\.(service|socket|timer)$/) { u = $i; break } }
		u != "" && $0 !~ / not-found / && u !~ /@\.[a-z]+$/ && !seen[u]++ { print u }')
	[ -n "$list" ] || return 1
	# shellcheck disable=SC2086 # unit names hold no white space
	limit 30 systemctl show --no-pager -p "$UNIT_PROPERTIES" $list 2>/dev/null | awk -F= '
		/^(Requires|Wants|After)=/ {
			n = split(substr($0, length($1) + 2), w, " "); out = ""
			for (i = 1; i <= n; i++) if (w[i] ~ /\.(service|socket|timer|path)$/ && w[i] !~ /^systemd-/) out = out " " w[i]
			print $1 "=" substr(out, 2); next
		}
		{ print }'
}

s_units() {
	systemd_runs || { state missing "systemd does not run here"; return 1; }
	said "$UNITS"
	[ -n "$UNITS" ] || { state missing "systemctl gave nothing"; return 1; }
}

s_unit_files() {
	systemd_runs || { state missing "systemd does not run here"; return 1; }
	limit 20 systemctl list-unit-files --no-legend --no-pager --full
	code=$?; late $code systemctl; return $code
}

unit_paths() {
	said "$UNITS" | awk '
		function flush() {
			if (active ~ /^(active|failed|activating|reloading)$/ || file ~ /^(enabled|generated|linked)/) {
				if (path != "") print path
				n = split(drop, w, " "); for (i = 1; i <= n; i++) print w[i]
			}
			active = file = path = drop = ""
		}
		/^$/ { flush(); next }
		/^ActiveState=/ { active = substr($0, 13) }
		/^UnitFileState=/ { file = substr($0, 15) }
		/^FragmentPath=/ { path = substr($0, 14) }
		/^DropInPaths=/ { drop = substr($0, 13) }
		END { flush() }'
}

s_unit_text() {
	systemd_runs || { state missing "systemd does not run here"; return 1; }
	said "$UNIT_TEXT"
}

s_sysv() {
	if systemd_runs; then state missing "systemd runs here: see units"; return 0; fi
	if has rc-update; then
		limit 10 rc-update show default 2>/dev/null | awk '{ print $1 "\t1" }'
		return 0
	fi
	[ -d /etc/init.d ] || { state missing "no /etc/init.d"; return 1; }
	set +f
	for f in /etc/init.d/*; do
		[ -x "$f" ] && [ -f "$f" ] || continue
		n=${f##*/}; on=0
		for l in /etc/rc[2345].d/S[0-9][0-9]"$n" /etc/rc.d/rc[2345].d/S[0-9][0-9]"$n"; do [ ! -e "$l" ] || on=1; done
		printf '%s\t%s\n' "$n" $on
	done
	set -f
}

s_cron() {
	set +f
	printf '%s\n' /etc/crontab /etc/anacrontab /etc/cron.d/* /var/spool/cron/* /var/spool/cron/*/* |
		grep -v '/\.placeholder$' | carry 524288 ''
	printf '%s\n' /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* | stat_lines | awk -F "$TAB" '$1 == "f" || $1 == "l" { print "F\t" $7 "\t" $2 "\t" $3 "\t" $4 "\t0\t0" }'
	set -f
	notroot "crontabs of other users cannot be read"
}

s_cron_said() { said "$CRON"; }

look_services() {
	collecting
	UNITS=; UNIT_TEXT=
	if systemd_runs; then
		UNITS=$(collect_units)
		UNIT_TEXT=$(unit_paths | awk '!seen[$0]++' | carry 1048576 follow)
	fi
	section units s_units
	section unit-files s_unit_files
	section unit-text s_unit_text
	section sysv s_sysv
	collecting
	CRON=$(s_cron)
	section cron s_cron_said
}
