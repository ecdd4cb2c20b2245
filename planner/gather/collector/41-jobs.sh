# What scheduled jobs run: scripts of the machine's own, and the programs that those call.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# Commands of cron, and of the services that a timer starts, as "|line".
job_lines() {
	said "$CRON" | awk '/^[|]/'
	TIMED=$(said "$UNITS" | awk '
		function flush() { if (timed && path != "") print path; timed = path = "" }
		/^$/ { flush(); next }
		/^TriggeredBy=.*[.]timer/ { timed = 1 }
		/^FragmentPath=/ { path = substr($0, 14) }
		END { flush() }')
	export TIMED
	said "$UNIT_TEXT" | awk -F "$TAB" '
		BEGIN { n = split(ENVIRON["TIMED"], w, "\n"); for (i = 1; i <= n; i++) timed[w[i]] = 1 }
		/^F\t/ { on = $2 in timed; next }
		on && /^[|]Exec(Start|StartPre|StartPost|Condition)=/ { sub(/^[|][A-Za-z]*=[-@:+!]*/, ""); print "|" $0 }'
}

# Absolute paths of "|lines" that are no comments, outside of the folders of packages.
own_words() {
	awk '
		/^[|][ \t]*#/ || !/^[|]/ { next }
		{
			s = substr($0, 2)
			while (match(s, /\/[A-Za-z0-9_.@%+\/-]+/)) {
				before = RSTART > 1 ? substr(s, RSTART - 1, 1) : ""
				p = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
				if (before ~ /[A-Za-z0-9_.\/}*]/ || p ~ /[%]|\/\.\.?(\/|$)|^\/\//) continue
				if (p ~ /^\/(usr\/)?(bin|sbin|lib|lib32|lib64|libexec|share)\// || p ~ /^\/(dev|proc|sys|run|etc|tmp)\//) continue
				if (!seen[p]++ && ++count <= 200) print p
			}
		}' | local_only
}

# Of the paths that come in, the scripts: by their first line, or by their ending.
scripts_only() {
	while read -r f; do
		{ [ -f "$f" ] && [ -r "$f" ]; } || continue
		line=; read -r line <"$f"
		case $line in
		'#!'*) printf '%s\n' "$f" ;;
		*) case $f in *.sh | *.bash | *.py | *.pl | *.rb | *.php) printf '%s\n' "$f" ;; esac ;;
		esac
	done 2>/dev/null
}

# Paths of scripts that jobs run, and of those that these name.
job_scripts() {
	own=$(job_lines | own_words | scripts_only)
	said "$own"
	said "$own" | carry 262144 '' | own_words | scripts_only
}

# Programs in the system's folders that a job's command line or script may call by their bare names.
job_tools() {
	{ job_lines; said "$JOB_SCRIPTS" | carry 262144 ''; } | awk '
		/^[|][ \t]*#/ || !/^[|]/ { next }
		{
			n = split(substr($0, 2), w, /[^A-Za-z0-9_.+-]+/)
			for (i = 1; i <= n; i++) if (w[i] ~ /^[a-z0-9][A-Za-z0-9_.+-]+$/ && w[i] !~ /^[0-9.]+$/ && !seen[w[i]]++ && ++count <= 600) print w[i]
		}' | while read -r name; do
		for d in /usr/bin /bin /usr/sbin /sbin; do
			[ -x "$d/$name" ] && [ -f "$d/$name" ] && { printf '%s\n' "$d/$name"; break; }
		done
	done
}
