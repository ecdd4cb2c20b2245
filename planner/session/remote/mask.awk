# Masking of secrets, on the machine, before anything travels. One source for the collector and
# for extract: a library of awk functions without main program. Written for mawk, gawk and busybox
# awk alike: no intervals, no gensub, no single quote (SQ holds it).
#
#   mask_reset()       before a new file or argument list
#   mask_text(line)    a line of a configuration, unit, script or cron file
#   mask_arg(arg)      the next argument of a process
#   MASKED             how many values were replaced so far

BEGIN {
	LONGEST = 65536  # characters of a line or argument: what is longer is no configuration
	SQ = sprintf("%c", 39); DQ = "\""; STARS = "***"
	NAME = "[A-Za-z0-9_.-]"
	# What is in a name and makes its value a secret.
	n = split("password passwd passwort passphrase passcode pwd pass pw secret secrets token tokens " \
		"apikey secretkey accesskey privatekey authkey presharedkey sharedkey " \
		"encryptionkey signingkey credential credentials creds dsn psk rootpw bindpw " \
		"masterauth requirepass authtoken authtok auth salt pgpassword setcookie", w, " ")
	for (i = 1; i <= n; i++) SECRET[w[i]] = 1
	# key and cookie are secrets only behind one of these.
	n = split("api access private secret encryption encrypt signing sign session master account " \
		"auth crypt crypto cipher hmac jwt app shared preshared pre license deploy aes fernet " \
		"storage consumer cookie erlang service webhook data admin", w, " ")
	for (i = 1; i <= n; i++) BEFORE_KEY[w[i]] = 1
	# A name that ends so speaks about a secret and does not hold it.
	n = split("file files path paths dir directory authentication authenticate algorithm alg " \
		"algo encryption encrypted bucket buckets length len min max minlen maxlen age timeout " \
		"ttl type types method methods mech mechanism mechanisms policy policies expire expires " \
		"expiry expiration name names header headers field fields lifetime enabled enable " \
		"disabled required provider class module prompt format prefix map maps table query " \
		"change changes reset retries attempts count limit rate interval command program " \
		"helper store url uri endpoint login scheme size cost strength rounds history " \
		"complexity warn backend issuer audience port host quality validation hashers validators " \
		"manager service services rotation version grace tries delay supported only days uid gid " \
		"gecos shell filename filenames through thru phase phases basic realm level levels bcc sent pattern patterns", w, " ")
	for (i = 1; i <= n; i++) ABOUT[w[i]] = 1
	# A key behind one of these is no secret.
	n = split("primary foreign sort sorting partition unique index public pub cache group row order " \
		"object registry recv lookup range hash composite natural surrogate routing shard", w, " ")
	for (i = 1; i <= n; i++) PLAIN_KEY[w[i]] = 1
	n = split("no yes true false on off none null nil ~ 0 1 required optional sufficient requisite " \
		"include substack md5 sha1 sha256 sha512 scram-sha-256 scram plain login basic digest " \
		"crypt cleartext clear exop peer trust ident reject pam default enabled disabled always " \
		"never auto ask prompt any all prohibit-password without-password scram-sha-1 bcrypt " \
		"yescrypt local ldap file env container application undef ... <secret> builtin hs256 hs384 hs512 rs256 rs384 rs512 es256 es384 es512", w, " ")
	for (i = 1; i <= n; i++) HARMLESS[w[i]] = 1
	# A sentence goes on with one of these behind "password:".
	n = split("it the this that these if when is are was to a an you your in of for which only see use must " \
		"should can may will and or not please", w, " ")
	for (i = 1; i <= n; i++) PROSE[w[i]] = 1
	# Directives whose value follows after white space.
	n = split("requirepass masterauth rootpw password passwd passphrase bindpw rootbindpw secret " \
		"auth_pass insecure-password authpassword wpa_passphrase rocommunity rwcommunity " \
		"rocommunity6 rwcommunity6 trapcommunity wpa-psk cachemgr_passwd psk pre-shared-key auth-pass sentinel-pass masterpassword " \
		"ldap_bind_password proxy-password api-key api_key apikey secretkey secret_key token " \
		"smtp-password http-password ftp_password authtoken", w, " ")
	for (i = 1; i <= n; i++) DIRECTIVE[w[i]] = 1
	# Known by their value alone, whatever the name.
	TOKEN = "(gh[pousr]_|github_pat_|gl(pat|dt|ft|soat|rt|cbt|ptt|agent|oas|imt)-|GR1348941|xox[abeoprs]-|" \
		"xapp-|[srp]k_(live|test)_|whsec_|AIza|GOCSPX-|ya29[.]|do[opr]_v1_|LTAI|hv[sbr][.]|pul-|dckr_[a-z]+_|" \
		"ATATT3|npm_|pypi-A|rubygems_|AKC[a-z]|sq[uap]_|SG[.]|sq0[a-z]+-|shp(at|ca|pa|ss)_|EAA[A-Z]|sk-|hf_|" \
		"glsa_|NRAK-|AGE-SECRET-KEY-|A[KS]IA)"
	TOKEN_LEAST = 20
	SEED = "S[UAOCNX]"  # of an nkey of NATS: 56 characters of base32
	for (i = 1; i <= 40; i++) SEED = SEED "[A-Z2-7]"
	# What stands before a colon and is no user.
	NO_USER = "^(mailto|sips?|xmpp|acct|jdbc|npm|pkg|workspace|e?mail|smtps?|lmtp|ldaps?|inet6?|local|unix|tcp|udp|hash|" \
		"from|to|cc|bcc|sender|reply-?to|contact|owner|maintainer|arn|urn|spf|file|https?|ssh|git|rsync|sha[0-9]+|[0-9]+)$"
	OTHER_TOKEN = "q~|atlasv1[.]|[0-9]:aa|sk[0-9a-f][0-9a-f]|-us[0-9]|key-[0-9a-f]|eyj|[$][0-9a-z]+[$]|scram-|[}]|pbkdf2"
	# Their --user takes a user and a group.
	ENGINE = "(docker|podman|nerdctl|buildah|kubectl|oc|crictl|runuser|setpriv|unshare|systemd-run|chroot|gosu|rsync|install|bwrap)([ \t]|$)"
	# Behind these stand a name and its value, with nothing but blanks between them.
	SETTER = "^[ \t]*(-[ \t]+)?(SetEnv|setenv|(fastcgi|uwsgi|scgi)_param|proxy_set_header|add_header|" \
		"(Request)?Header[ \t]+(always[ \t]+)?(set|add)|ENV|ARG|env|set|sentinel|enable)[ \t]+[\"$]?$"
	TRIGGER = "monitor|md5|=>|wireless|incoming|outgoing| -c| -k|sudo|using|sqlplus|webhook|github_pat|nsupdate|dig |gocspx-|xapp-|whsec_|aiza|ya29[.]|do[opr]_v1_|ltai|hv[sbr][.]|pul-|dckr_|atatt3|npm_|pypi-|gems_|akc|" \
		"sq[uap]_|sg[.]|sq0|shp[acps]|eaa|sk-|hf_|glsa_|nrak|atlasv1|q~|[0-9]:aa|sk[0-9a-f][0-9a-f]|-us[0-9]|" \
		"gl[a-z]+-|gr13489|[}]|pbkdf2|encrypt|private-|xauth|ldap|login|register|jdbc|user|agent|initial_man|license|sig=|signature|pass|pw|secret|token|key|cred|auth|dsn|psk|salt|communit|jwt|cookie|identified|:\\/\\/|" \
		"begin|akia|asia|bearer|gh[pousr]_|glpat|xox|eyj|sk_|[$][0-9a-z]+[$]| -[apuw]| -h|%|createuser|com2sec|^[ \t]*user[ \t]"
	mask_reset()
}

function mask_reset() {
	in_pem = 0; in_tag = ""; open_quote = ""; block_indent = -1; next_value = 0; next_line = 0; folded = 0; in_element = 0
	arg_next = 0; arg_client = ""; arg_count = 0
	line_count = 0; in_shell = 0; exec_more = 0; EXPANDS = 0; LEVEL = 1; V_NAME = ""
}

function spaced(name,    i, c, p, out) {
	# maxPoolSize -> max_pool_size; every other separator becomes _
	p = ""
	for (i = 1; i <= length(name); i++) {
		c = substr(name, i, 1)
		if (c ~ /[A-Z]/ && p ~ /[a-z0-9]/) out = out "_"
		out = out (c ~ /[.-]/ ? "_" : tolower(c))
		p = c
	}
	return out
}

# 1: a secret. 2: one unless the value is an ordinary word, number or path. 3: one unless it is a path.
function secret_name(name,    part, n, i, w, hit, hook, last) {
	if (name in KNOWN) return KNOWN[name]
	if (name ~ /^(Load|Import|Condition|Assert)Credential(Encrypted)?$/ || name ~ /^(no|without|disable|skip)-/) return KNOWN[name] = 0
	n = split(spaced(name), part, "_")
	for (i = 1; i <= n; i++) sub(/[0-9]+$/, "", part[i])
	while (n > 0 && part[n] == "") n--
	last = part[n]; hit = 0; hook = 0
	for (i = 1; i <= n; i++) {
		w = part[i]
		if (w == "auth" || w == "salt") { if (i == n) hit = 1; else if (!hit) hit = 2 }
		else if (w in SECRET) { if (hit != 1) hit = (i == n && n > 1 && w ~ /^(credentials?|creds|privatekey)$/) ? 3 : 1 }
		else if (w ~ /(password|passwd|passphrase|secret|token|apikey|passwort|pwd|psk)$/ && w !~ /^(sha|nopass)/) hit = 1
		else if (w ~ /[a-z](pass|passwd)$/ && w !~ /((by|com|tres|sur|over|under|multi|single)pass|nopasswd)$/) hit = 1
		else if (w ~ /^(password|passwd|secret)/ && w !~ /^secretar/ && w !~ /^(passwordless|nopasswd|passwdqc)$/) hit = 1
		else if (w ~ /^webhooks?$/) { hook = 1; if (!hit) hit = (i == n) ? 1 : 2 }
		else if (w == "key" || w == "keys" || w == "cookie") {
			if (i > 1 && (part[i - 1] in BEFORE_KEY)) { if (hit != 1) hit = part[i - 1] ~ /^(private|sign|signing)$/ ? 3 : 1 }
			else if (!hit && i == n && w != "cookie" && !(i > 1 && (part[i - 1] in PLAIN_KEY))) hit = 2
		}
	}
	if (n > 1 && last == "data" && part[n - 1] == "key") hit = 1
	if (name ~ /^newrelic.license$/ || last == "community" || name ~ /^Djwt$|^D.*[.]jwt$/) hit = 1
	if (!hit && last == "jwt") hit = 2
	if (!hit && tolower(name) ~ /^(encrypt|(routing|integration)[_-]key)$/) hit = 2
	if (!hit && name ~ /^(agent|agent_recovery|agent_master|initial_management|replication|default|config_file_service_registration)$/) hit = 4
	if (hook && last ~ /^(ur[il]|urls|endpoint)$/) return KNOWN[name] = 1
	if (hit && n > 1 && (last in ABOUT) && last != "data") hit = 0
	if (hit && n == 1 && last ~ /(authentication|encryption|file|path)$/) hit = 0
	KNOWN[name] = hit
	return hit
}

function level(name) {
	V_NAME = tolower(name); LEVEL = secret_name(name)
	if (V_NAME in DIRECTIVE) LEVEL = 1
	return LEVEL
}

function rooted(v) {
	return v ~ /^[$](dir|[{]?[A-Z_]*(DIR|HOME|BASE)[}]?)\/[A-Za-z0-9_.\/-]+$/ || v ~ /^[<.~]?\/(etc|var|run|usr|opt|srv|home|root|tmp|dev|proc|lib|mnt|data|media|sys|vault|app|secrets)\/[A-Za-z0-9_.\/@+:-]*$/
}

# Words of letters, numbers with a unit, paths, references, addresses of hosts; all of them.
function ordinary(v,    w, n, i) {
	n = split(v, w, /[ \t,;|]+/)
	for (i = 1; i <= n; i++) {
		gsub(/^["]+|["]+$/, "", w[i])
		if (w[i] == "" || rooted(w[i]) || (tolower(w[i]) in HARMLESS)) continue
		if (w[i] ~ /^[+-]?[0-9]+([.][0-9]+)*[A-Za-z%]?[A-Za-z]?$/ && length(w[i]) < 20) continue
		if (w[i] ~ /^[*A-Za-z_.:\/@#()+-]+$/ && length(w[i]) <= 24) continue
		if (w[i] ~ /^\/[A-Za-z0-9_.\/@+-]+$/ && length(w[i]) <= 80) continue
		if (w[i] ~ /^[A-Za-z0-9_-]+\.(key|pem|crt|cer|p12|pfx|jks)$/) continue
		if (w[i] ~ /^[a-z][a-z0-9-]*([.][a-z0-9-]+)+(:[0-9]+)?$/ && length(w[i]) <= 64) continue
		if (w[i] ~ /^[a-z]+:\/\/[a-z0-9.-]+(:[0-9]+)?(\/[a-z_.\/-]*)?$/) continue
		if (w[i] ~ /^[$][A-Za-z_{(]/ && i == 1 && n == 1 && w[i] ~ /^[$]([A-Za-z_]+|[{][A-Za-z_]+[}])$/) continue
		return 0
	}
	return 1
}

function harmless(v,    l) {
	l = tolower(v)
	if (V_NAME ~ /^(passwd|initgroups)$/ && (l " ") ~ /^((files|compat|db|sss|systemd|ldap|winbind|nis|nisplus|hesiod|\[[a-zA-Z!=_ -]*\])[ \t]+)+$/) return 1
	sub(/[;,]+$/, "", l)
	if (l == "" || l == STARS || (l in HARMLESS)) return 1
	if (EXPANDS && (v ~ /^[$][A-Za-z_][A-Za-z0-9_]*$/ || v ~ /^[$][{][A-Za-z_][A-Za-z0-9_]*[}]$/ || v ~ /^[$][(][^ ]*[)]$/ || v ~ /^[$][(](cat|<) *\/[^ ]*[)]$/)) return 1
	if (v ~ /^[$][0-9]$/) return 1
	if (V_NAME ~ /community$/ && v ~ /^(https?:\/\/.*|[0-9]+:[0-9]+|public)$/) return 1
	if (v ~ /^<[A-Za-z][a-z_ -]*>$/) return 1
	if (v ~ /^%[(][A-Za-z_][A-Za-z0-9_.]*[)]s$/) return 1
	if (LEVEL == 2) return ordinary(v)
	if (LEVEL == 3) return rooted(v) || v ~ /^[A-Z]+(_[A-Z]+)+$/
	if (LEVEL == 4) return v !~ /^[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f-]+$/ || length(v) < 20
	return 0
}

function stars(v) {
	if (harmless(v)) return v
	MASKED++
	return STARS
}

# Does a quote followed by this text close something?
function closes(rest) {
	return rest ~ /^([] \t,;)}>]|:[ \t]|=>|\\n|\\r|\/>|[?]>|$)/ || rest ~ ("^[" DQ SQ "\\\\`]+([] \t,;)}>]|$)")
}

# Where the quote q closes in s, from `from`: 0 if nowhere.
function closing(s, q, from,    i) {
	for (i = from; i <= length(s); i++) {
		if (substr(s, i, 1) == "\\") { i++; continue }
		if (substr(s, i, 1) == q && closes(substr(s, i + 1))) return i
	}
	return 0
}

# The quote that the end of a text lies in, if it was opened behind a separator.
function inside(head, q, last,    i, c) {
	for (i = 1; i <= length(head); i++) {
		c = substr(head, i, 1)
		if (c == "\\") { i++; last = "\\"; continue }
		if (q != "") { if (c == q) q = "" }
		else if ((c == DQ || c == SQ || c == "`") && (last == "" || last ~ /[=:,;({[< \t>!&|?]/)) q = c
		last = c
	}
	LAST_CHAR = last
	return q
}

# --- whole shapes --------------------------------------------------------------------------

function last_at(s,    k) {
	for (k = length(s); k > 0; k--) if (substr(s, k, 1) == "@") return k
	return 0
}

# A password may hold anything up to the last @ before a slash, a blank or the quote around it.
function mask_url(s,    done, out, i, j, k, q, tok, rest, at, colon, user, secret) {
	out = ""; q = ""; LAST_CHAR = ""; done = 0
	while ((i = index(s, "://")) > 0) {
		out = out substr(s, 1, i + 2); rest = substr(s, i + 3)
		q = inside(substr(out, done + 1), q, LAST_CHAR); done = length(out)
		j = match(rest, /[ \t]/); if (!j) j = length(rest) + 1
		if (q != "" && (k = closing(rest, q, 1)) && k < j) j = k
		tok = substr(rest, 1, j - 1)
		k = index(tok, "://"); if (k) tok = substr(tok, 1, k - 1)
		k = index(tok, "/"); at = last_at(k ? substr(tok, 1, k - 1) : tok)
		# one with a slash in it
		k = match(tok, "[" DQ SQ "<>`]"); k = last_at(k ? substr(tok, 1, k - 1) : tok); if (k > at) at = k
		rest = substr(rest, length(tok) + 1)
		if (at) {
			user = substr(tok, 1, at - 1); colon = index(user, ":"); secret = substr(user, colon + 1)
			if (colon && secret != "" && secret != STARS && !(EXPANDS && secret ~ /^[$]([A-Za-z_][A-Za-z0-9_]*|[{][A-Za-z_][A-Za-z0-9_]*[}])$/)) {
				tok = substr(user, 1, colon) STARS substr(tok, at); MASKED++
			} else if (!colon && length(user) > 19 && user !~ /[\/?]/) {
				tok = STARS substr(tok, at); MASKED++
			}
		}
		if (match(tok, /^(hooks\.slack\.com\/(services|workflows|triggers)|[a-z.]*discord(app)?\.com\/api\/webhooks|[a-z0-9.-]*webhook\.office\.com|chat\.googleapis\.com\/v1\/spaces|api\.telegram\.org\/bot|api\.softlayer\.com\/(soap|xmlrpc)\/v3(\.1)?|hooks\.zapier\.com\/hooks|outlook\.office\.com\/webhook)\/?[^ \t]/)) {
			k = RLENGTH; j = match(tok, "[" DQ SQ "<>`]"); if (!j) j = length(tok) + 1
			tok = substr(tok, 1, k - 1) STARS substr(tok, j); MASKED++
		}
		out = out tok; s = rest
	}
	return out s
}

# user:password@host without a scheme, as drivers of databases and curl take it. Not the address of
# a mail behind a label, nor git@host:path, nor image:tag@digest.
function mask_logins(s,    out, user, v, before, after, p, wide) {
	if (!index(s, "@") || !index(s, ":")) return s
	out = ""
	# in front of @tcp(host) a password may hold anything
	while ((s ~ /@(tcp6?|unix|cloudsql[a-z-]*)?[(]/ && match(s, "[A-Za-z0-9_.%+-]+:[^ \t" DQ SQ "<>`]+@(tcp6?|unix|cloudsql[a-z-]*)?[(]")) \
		|| match(s, "[A-Za-z0-9_.%+-]+:[^ \t/@,<>`" DQ SQ "]+@[A-Za-z0-9[]")) {
		p = RSTART; v = substr(s, RSTART, RLENGTH); after = substr(s, RSTART + RLENGTH)
		before = p > 1 ? substr(s, p - 1, 1) : substr(out, length(out), 1)
		user = substr(v, 1, index(v, ":") - 1); wide = v ~ /[(]$/
		p = last_at(v); after = substr(v, p + 1) after
		v = substr(v, length(user) + 2, p - length(user) - 2)
		out = out substr(s, 1, RSTART - 1) user ":"; s = substr(s, RSTART + length(user) + 1)
		if (before ~ /[\/@:A-Za-z0-9_%]/ || v == STARS || tolower(user) ~ NO_USER || after ~ /^sha[0-9]+:/ || (!wide && v ~ /^:|[({[]$/) \
			|| (EXPANDS && v ~ /^[$]([A-Za-z_][A-Za-z0-9_]*|[{][A-Za-z_][A-Za-z0-9_]*[}])$/)) continue
		# root:someone@example.org is a line of aliases
		if (!wide && before !~ ("[=" DQ SQ "]") && v ~ /^[A-Za-z][A-Za-z._+-]*$/ && after !~ /^[^ \t\/:,;]+(\/|:[0-9])/) continue
		MASKED++; out = out STARS; s = substr(s, length(v) + 1)
	}
	return out s
}

# Replace every match of a pattern of at least `least` characters.
function mask_shape(s, re, least,    out) {
	out = ""
	while (match(s, re)) {
		if (RLENGTH >= least) { out = out substr(s, 1, RSTART - 1) STARS; MASKED++ }
		else out = out substr(s, 1, RSTART + RLENGTH - 1)
		s = substr(s, RSTART + RLENGTH)
	}
	return out s
}

# Tokens with a prefix of their own, at the start of a word: letters of both cases or a digit in them.
function mask_tokens(s,    out, tok) {
	out = ""
	while (match(s, TOKEN "[A-Za-z0-9_.=~-]+")) {
		tok = substr(s, RSTART, RLENGTH)
		out = out substr(s, 1, RSTART - 1); s = substr(s, RSTART + RLENGTH)
		if (length(tok) >= TOKEN_LEAST && out !~ /[A-Za-z0-9_]$/ && substr(tok, 4) ~ /[0-9]|[a-z][A-Z]/ \
			&& (tok !~ /^(npm_|sk-|pul-|hf_|sq[uap]_|AKC)/ || tok ~ /[A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9]/)) {
			out = out STARS; MASKED++
		} else out = out tok
	}
	return out s
}

function mask_shapes(s,    l) {
	l = tolower(s)
	if (s ~ TOKEN) s = mask_tokens(s)
	if (l !~ OTHER_TOKEN) return s
	if (s ~ /eyJ[A-Za-z0-9_-]+/) s = mask_shape(s, "eyJ[A-Za-z0-9_-]+(\\.[A-Za-z0-9_.-]+)?", 30)
	if (s ~ /[$](1|2[abxy]|5|6|7|y|gy|apr1|argon2[a-z]*|sha512|pbkdf2[a-z0-9-]*)[$]/)
		s = mask_shape(s, "[$](1|2[abxy]|5|6|7|y|gy|apr1|argon2[a-z]*|sha512|pbkdf2[a-z0-9-]*)[$][A-Za-z0-9.,=$/+_-]+", 20)
	if (s ~ /SCRAM-SHA-256[$]/) s = mask_shape(s, "SCRAM-SHA-256[$][^ \"]+", 20)
	if (s ~ /pbkdf2/) s = mask_shape(s, "(grub[.]pbkdf2[.]|-pbkdf2(:[a-z0-9]+)?-)[A-Za-z0-9.,:]+", 40)
	if (l ~ /[{](ss?ha|smd5|md5|crypt|plain|cleartext|argon2|pbkdf2|bcrypt|blf-crypt|cram-md5)[a-z0-9.-]*[}]/)
		s = mask_shape(s, "[{][A-Za-z][A-Za-z0-9.-]+[}][^ \t:\"]+", 12)
	if (l ~ /atlasv1[.]/) s = mask_shape(s, "[A-Za-z0-9]+[.]atlasv1[.][A-Za-z0-9_=-]+", 40)
	if (s ~ /Q~/) s = mask_shape(s, "[A-Za-z0-9_.~-]+[0-9]Q~[A-Za-z0-9_.~-]+", 36)
	if (s ~ /:AA/) s = mask_shape(s, "[0-9]+:AA[A-Za-z0-9_-]+", 44)
	if (s ~ /SK[0-9a-f]/) s = mask_shape(s, "SK[0-9a-f]+", 34)
	if (s ~ /-us[0-9]/) s = mask_shape(s, "[0-9a-f]+-us[0-9]+", 36)
	if (s ~ /key-[0-9a-f]/) s = mask_shape(s, "key-[0-9a-f]+", 36)
	return s
}

# Authorization: Basic abc, proxy_set_header Authorization "Bearer abc", Bearer abc
function mask_authorization(s,    l, p, head, rest, q, j) {
	l = tolower(s)
	if (match(l, /authorization["]?[ \t]*[:=,]?[ \t]*["]?(basic|bearer|digest|token|negotiate|apikey|aws4-hmac-sha256)(\\?[ \t])+/) \
		|| match(l, /authorization["]?[ \t]*[:=][ \t]*["]?/) \
		|| match(l, /(^|[^a-z_-])bearer[ \t]+["]?/)) {
		p = RSTART + RLENGTH; head = substr(s, 1, p - 1); rest = substr(s, p)
		if (rest == "" || rest ~ /^[$]/ && (EXPANDS || l ~ /(proxy_set_header|_param|add_header|pass_header|requestheader|http-request)[ \t]/)) return s
		if (tolower(head) !~ /authorization/ && rest !~ /^[A-Za-z0-9._~+\/=-][A-Za-z0-9._~+\/=-][A-Za-z0-9._~+\/=-][A-Za-z0-9._~+\/=-][A-Za-z0-9._~+\/=-][A-Za-z0-9._~+\/=-][A-Za-z0-9._~+\/=-][A-Za-z0-9._~+\/=-][A-Za-z0-9._~+\/=-]*([ "]|$)/) return s
		q = closing(rest, DQ, 1); j = closing(rest, SQ, 1); if (!q || (j && j < q)) q = j
		if ((j = match(rest, "\\\\[" DQ SQ "]")) && (!q || j < q)) q = j
		if (!q) q = length(rest) + 1
		V_NAME = ""; LEVEL = 1
		if (harmless(substr(rest, 1, q - 1))) return s
		MASKED++
		return head STARS substr(rest, q)
	}
	return s
}

# --- name and value ------------------------------------------------------------------------

# Where the value that starts a string ends, and what quotes it. Sets V_OPEN, V_LEN, V_CLOSED.
# env: words as systemd and env files split them, at white space only.
function value_span(s, to_end, outer, env,    c, i, j) {
	c = substr(s, 1, 1); V_OPEN = 0; V_CLOSED = 1; V_QUOTE = ""
	if (c == "\\" && (substr(s, 2, 1) == DQ || substr(s, 2, 1) == SQ)) {
		V_OPEN = 2; V_QUOTE = substr(s, 1, 2)
		j = index(substr(s, 3), V_QUOTE)
		if (j) { V_LEN = j - 1; return }
		V_LEN = length(s) - 2; return
	}
	if ((c == DQ || c == SQ || c == "`") && c != outer) {
		V_OPEN = 1; V_QUOTE = c
		for (i = 2; i <= length(s); i++) {
			if (substr(s, i, 1) == "\\" && c != SQ) { i++; continue }
			if (substr(s, i, 1) == c) break
		}
		if (i > length(s)) { V_LEN = length(s) - 1; V_CLOSED = 0; return }
		# "a"b and "a"b"c": it goes on behind the quote
		j = substr(s, i + 1)
		if (closes(j) || (!env && !to_end && j ~ /^[.+&|:\/=<]/)) { V_LEN = i - 2; return }
		j = closing(s, c, i + 1)
		if (j && index(substr(s, i + 1, j - i - 1), " ") == 0) { V_LEN = j - 2; return }
		V_OPEN = 0
		for (i = i + 1; i <= length(s) && substr(s, i, 1) !~ /[ \t]/; i++) {
			if (substr(s, i, 1) ~ ("[" DQ SQ "]") && (j = index(substr(s, i + 1), substr(s, i, 1)))) i += j
		}
		V_LEN = i - 1; return
	}
	if (outer != "") {
		j = closing(s, outer, 1)
		V_LEN = j ? j - 1 : length(s); return
	}
	if (to_end) { V_LEN = length(s); return }
	# a password may well hold one of ; , & ) and the like: they end it before another NAME=, or
	# before the end of a word; a quote in its midst goes on to its other half, blanks and all
	V_LEN = length(s)
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\\" && env) { i++; continue }
		if (c !~ /[] \t;,&<>)|}"]/ && c != SQ) continue
		j = substr(s, i + 1)
		if (c == DQ || c == SQ) {
			if (!env && closes(j)) { V_LEN = i - 1; return }
			if (index(j, c)) i += index(j, c)
			continue
		}
		if (c !~ /[ \t]/ && env) continue
		if (c !~ /[];,&<>)|}]/ || j ~ /^[])},;]*([ \t]|$)/ || (c ~ /[;,&]/ && j ~ /^[A-Za-z_][A-Za-z0-9_. -]*=/)) {
			V_LEN = i - 1; return
		}
	}
}

# Whether a quote is open where a string ends.
function quoted(s,    i, c, q) {
	q = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\\" && q != SQ) i++
		else if (q == "" && (c == DQ || c == SQ)) q = c
		else if (c == q) q = ""
	}
	return q != ""
}

function mask_names(s,    out, name, sep, before, to_end, outer, seps, v, at_start, l, env, hit, plain) {
	out = ""
	while (match(s, /[A-Za-z_][A-Za-z0-9_.-]*/)) {
		name = substr(s, RSTART, RLENGTH)
		before = RSTART > 1 ? substr(s, RSTART - 1, 1) : (out == "" ? "" : substr(out, length(out), 1))
		out = out substr(s, 1, RSTART + RLENGTH - 1); s = substr(s, RSTART + RLENGTH)
		hit = level(name)
		if (hit == 2 && name == "key" && out ~ /(^|[ \t])-F[ \t]+key$/) hit = 0   # auditctl
		if (!hit && before ~ /[?&;]/ && tolower(name) ~ /(^|[_-])(sig|signature)$/ && s ~ /^=/) hit = LEVEL = 1
		if (!hit) continue
		plain = substr(out, 1, length(out) - length(name))
		at_start = (plain ~ /^[ \t]*(export[ \t]+|set[ \t]+|-[ \t]+|["$@;#])*$/) && plain !~ /-$/
		outer = ""; env = (plain ~ /^[ \t]*Environment[ \t]*=/) && !quoted(plain)
		# "NAME=a b" or NAME inside quotes: the value ends with them
		if ((before == DQ || before == SQ) && substr(s, 1, 1) ~ /[=:]/) outer = before
		if (s !~ /^(;[a-z-]+)?::/ && match(s, "^[\\\\]?[" DQ SQ "]?\\]?[ \t]*(=>|:=|\\+=|[:=])[ \t]*")) {
			sep = substr(s, 1, RLENGTH); s = substr(s, RLENGTH + 1)
			if (sep ~ /^:$/ && (s ~ /^:/ || s ~ /^\/\// || (s ~ /^\// && !at_start))) { out = out sep; continue }
			to_end = at_start && outer == ""
			if (sep ~ /^["\\]/ || sep ~ ("^" SQ)) to_end = 0
		} else if (match(s, "^[" DQ SQ "][ \t]*,[ \t]*") && (plain ~ /(define|setenv|putenv|env|set|add)[^(]*\([ \t]*.$/ || plain ~ ("[" DQ SQ "]-?-$"))) {
			sep = substr(s, 1, RLENGTH); s = substr(s, RLENGTH + 1); to_end = 0; outer = ""
		} else if (match(s, "^[" DQ SQ "]?(>>)?[ \t]*,[ \t]*(<<)?[" DQ SQ "]") && plain ~ ("[{][ \t]*(<<)?[" DQ SQ "]?$")) {
			# a term of Erlang: {name, "value"}, {<<"name">>, <<"value">>}
			sep = substr(s, 1, RLENGTH - 1); s = substr(s, RLENGTH); to_end = 0; outer = ""
		} else if (match(s, /^(;[a-z-]+)?::([ \t]+|[A-Za-z0-9+\/][A-Za-z0-9+\/]*[0-9=][A-Za-z0-9+\/]*=*[ \t]*$)/) && s !~ /^[^:]*::[ \t]*$/) {
			# a value of LDIF in base64, which may go on behind a blank on the next lines
			match(s, /::[ \t]*/); sep = substr(s, 1, RSTART + RLENGTH - 1); s = substr(s, RSTART + RLENGTH)
			to_end = 1; outer = ""; folded = at_start
		} else if (match(s, /^"[ \t]+value[ \t]*=[ \t]*/)) {
			sep = substr(s, 1, RLENGTH); s = substr(s, RLENGTH + 1); to_end = 0; outer = ""
		} else if (match(s, "^\\([ \t]*[" DQ SQ "]") && LEVEL < 3) {
			# setPassword("value"), getPassword("words of a question")
			LEVEL = 2; sep = substr(s, 1, RLENGTH - 1); s = substr(s, RLENGTH); to_end = 0; outer = ""
		} else if (plain ~ /<[^<>]*(name|key|id)="$/ && match(s, /^"[^<>]*>[ \t]*/) && (length(s) == RLENGTH || substr(s, RLENGTH + 1, 1) != "<")) {
			out = out substr(s, 1, RLENGTH); s = substr(s, RLENGTH + 1)
			if (s == "") { in_element = (out !~ /\/>[ \t]*$/ && LEVEL == 1); continue }
			l = index(s, "<"); if (!l) { l = length(s) + 1; in_element = (LEVEL == 1) }
			out = out stars(substr(s, 1, l - 1)); s = substr(s, l)
			continue
		} else if (before == "<" && plain ~ /(^[ \t]*|>)<$/ && LEVEL == 1 && (s ~ /^>[ \t]*$/ || (s ~ /^>[^<]+$/ && !index(s, "</")))) {
			in_element = 1
			if (s ~ /^>[ \t]*$/) continue
			MASKED++; out = out ">" STARS; s = ""
			continue
		} else if (match(s, /^>[^<]/) && before == "<" && index(s, "</")) {
			out = out ">"; s = substr(s, 2)
			l = index(s, "</")
			out = out stars(substr(s, 1, l - 1)); s = substr(s, l)
			continue
		} else if (match(s, /^[ \t]+/) && ((before == "-" && plain ~ /(^|[ \t"=(])-?-$/) || (tolower(name) in DIRECTIVE) || plain ~ SETTER \
			|| (tolower(name) ~ /(password|passwd|passphrase|secret|_pass|_pw)$/ && tolower(name) !~ /^(proxy|fastcgi|uwsgi|scgi|grpc|memcached|js|mirror)_pass$/ && s ~ /^[ \t]+[^ \t]+[ \t]*$/))) {
			sep = substr(s, 1, RLENGTH)
			v = substr(s, RLENGTH + 1)
			l = v; sub(/[ \t].*/, "", l)
			if (before != "-" && plain !~ /^[ \t]*(.*[{;][ \t]*|user[ \t]+[^ \t]+[ \t]+|machine[ \t].*[ \t]|default[ \t].*[ \t]|neighbor[ \t]+[^ \t]+[ \t]+)?$/ && plain !~ SETTER) continue
			if (l ~ /^[[][a-z_]+=/ || l ~ /^(--[A-Za-z]|-[A-Za-z]$)/ || l ~ /^[=:(){]+$/ || v ~ /[ \t][{]$/ || v ~ /^(program|chat)[ \t]*=/ || harmless(l)) { continue }
			if (tolower(name) == "auth-pass" && plain ~ /sentinel/) { sub(/[^ \t]+[ \t]+/, "", v); sep = substr(s, 1, length(s) - length(v)) }
			s = v; to_end = 0
		} else continue
		out = out sep
		if (at_start && sep ~ /:[ \t]*$/ && s ~ /^([!&][^ \t]*[ \t]+)*[|>][0-9+-]*([ \t]+#.*|[ \t]*)$/) {
			match(plain, /^[ \t]*/); block_indent = RLENGTH; out = out s; s = ""; continue
		}
		if (s ~ /^\\$/) { next_line = 1; out = out s; s = ""; continue }
		if (sep ~ /^: $/ && s ~ /^[A-Za-z]+ [a-z]+ [A-Za-z]/) { l = tolower(s); sub(/ .*/, "", l); if (l in PROSE) continue }
		value_span(s, to_end, outer, env)
		v = substr(s, V_OPEN + 1, V_LEN)
		if (to_end && V_OPEN == 0 && v ~ /[^ \t\\](\\\\)*\\$/) next_line = 1
		if (to_end && V_OPEN == 0) { l = v; sub(/[ \t]+#.*$/, "", l); sub(/[ \t;,]+$/, "", l); if (harmless(l)) { continue } }
		if (V_OPEN == 0 && v ~ /^(os\.environ|os\.getenv|getenv|process\.env|ENV|env|environ|config|settings)?(\.[a-z]+)?[{[(]$/) continue
		if (!V_CLOSED && LEVEL == 1 && V_QUOTE != "`") { open_quote = V_QUOTE }
		out = out substr(s, 1, V_OPEN) stars(v); s = substr(s, V_OPEN + V_LEN + 1)
	}
	return out s
}

function mask_word_after(s, re,    p, rest, n, q) {
	if (!match(s, re)) return s
	p = RSTART + RLENGTH; rest = substr(s, p)
	value_span(rest, 0, "", 0); V_NAME = ""; LEVEL = 1
	n = V_OPEN + V_LEN
	q = substr(rest, V_OPEN + 1, V_LEN)
	if (harmless(q) || (tolower(q) in PROSE)) return s
	MASKED++
	return substr(s, 1, p - 1) substr(rest, 1, V_OPEN) STARS substr(rest, n + 1)
}

# All that follows, up to the end of the quote around it or of the line.
function mask_to_quote(s, re,    p, q, k) {
	if (!match(s, re)) return s
	p = RSTART + RLENGTH; q = inside(substr(s, 1, p - 1), "", "")
	k = q == "" ? 0 : closing(substr(s, p), q, 1)
	if (substr(s, p) ~ /^[$*]/) return s
	MASKED++
	return substr(s, 1, p - 1) STARS (k ? substr(s, p + k - 1) : "")
}

# Whether user:word are the ids of a user and a group.
function ids(v,    p) {
	p = index(v, ":")
	return substr(v, 1, p - 1) == substr(v, p + 1) || substr(v, p + 1) ~ /^([0-9]+|root|nogroup|nobody|users|[$].*)$/
}

# Command lines in text: options of clients whose letter carries the password.
function mask_commands(s,    p, v) {
	if (s ~ /sshpass/) s = mask_word_after(s, "[ \t]-p[ \t]*")
	if (s ~ /(curl|wget|etcdctl)[ \t]/) {
		s = mask_word_after(s, "[ \t](-u|--user|--proxy-user)[ \t=]*[" DQ SQ "]?[^ \t:]+:")
		if (s ~ ("[ \t](-b|--cookie)[ \t=]+[" DQ SQ "]?[A-Za-z0-9_.-]+=")) s = mask_word_after(s, "[ \t](-b|--cookie)[ \t=]+")
	}
	else if (match(s, /[ \t]--(proxy-)?user[ \t=]+[A-Za-z0-9_.-]+:[^ \t]+/) && s !~ ENGINE) {
		v = substr(s, RSTART, RLENGTH); sub(/.*[ \t=]/, "", v)
		if (!ids(v)) s = mask_word_after(s, "[ \t]--(proxy-)?user[ \t=]+[^ \t:]+:")
	}
	if (s ~ /[Cc]ookie:[ \t]/) s = mask_to_quote(s, "[Cc]ookie:[ \t]*")
	if (s ~ /ETCDCTL_USER=/) s = mask_word_after(s, "ETCDCTL_USER=[^ \t:]+:")
	if (s ~ /[ \t]login=[^ \t:]+:/) s = mask_word_after(s, "[ \t]login=[^ \t:]+:")
	if (s ~ /:[ \t]*(PSK|EAP|XAUTH|NTLM|PIN)[ \t]+/) s = mask_word_after(s, ":[ \t]*(PSK|EAP|XAUTH|NTLM|PIN)[ \t]+")
	if (s ~ /(nsupdate|dig)[ \t].*-y[ \t]/) s = mask_word_after(s, "[ \t]-y[ \t]+([a-z0-9-]+:)?[^ \t:]+:")
	if (s ~ /^[ \t]*register[ \t]*=>/) s = mask_word_after(s, "^[ \t]*register[ \t]*=>[ \t]*[^ \t:]+:")
	if (s ~ /jdbc:oracle:thin:[^\/ \t]+\/[^@ \t]+@/) {
		match(s, /thin:[^\/ \t]+\//); p = RSTART + RLENGTH
		s = substr(s, 1, p - 1) STARS substr(s, p + index(substr(s, p), "@") - 1); MASKED++
	}
	if (match(s, "^[ \t]*(proxy-)?user[ \t]*=[ \t]*[" DQ "]?[^: \t" DQ "]+:")) {
		p = RSTART + RLENGTH; v = substr(s, p); sub("[" DQ " \t].*", "", v); LEVEL = 2; V_NAME = ""
		s = substr(s, 1, p - 1) stars(v) substr(s, p + length(v))
	}
	if (s ~ /(pass|passin|passout)[ \t]+pass:/ || s ~ /-pass(in|out)?[ \t]+pass:/) s = mask_word_after(s, "pass:")
	if (s ~ /smbclient|rpcclient|mount\.cifs/) s = mask_word_after(s, "%")
	if (s ~ /stats[ \t]+auth[ \t]/) s = mask_word_after(s, "stats[ \t]+auth[ \t]+[^ \t:]+:")
	if (tolower(s) ~ /identified[ \t]+(with[ \t]+[^ \t]+[ \t]+)?(by|as)[ \t]/)
		s = mask_word_after(s, "[Ii][Dd][Ee][Nn][Tt][Ii][Ff][Ii][Ee][Dd][ \t]+([Ww][Ii][Tt][Hh][ \t]+[^ \t]+[ \t]+)?([Bb][Yy]|[Aa][Ss])[ \t]+([Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd][ \t]+)?")
	if (s ~ /^[ \t]*user[ \t]+[^ \t]+[ \t]/ && s ~ /[ \t][>#][^ \t]+/) s = mask_shape(s, "[>#][^ \t]+", 2)
	if (s ~ /^[ \t]*createUser[ \t]/) { sub(/createUser[ \t].*/, "createUser " STARS, s); MASKED++ }
	if (s ~ /^[ \t]*com2sec6?[ \t]/) { sub(/[^ \t]+[ \t]*$/, STARS, s); MASKED++ }
	return client_lines(client_commands(s))
}

# Does something replace $NAME on this line? A shell, cron's shell, or systemd in a command.
function expands(s) {
	if (++line_count == 1 && s ~ /^#![^ ]*[\/ ](env[ \t]+)?(ba|da|k|z|a)?sh([ \t]|$)/) in_shell = 1
	EXPANDS = in_shell || exec_more || s ~ /^[ \t]*Exec[A-Z][A-Za-z]*[ \t]*=/ \
		|| s ~ /^[ \t]*(@[a-z]+|[0-9*][^ \t=]*[ \t]+[^ \t=]+[ \t]+[^ \t=]+[ \t]+[^ \t=]+[ \t]+[^ \t=]+)[ \t]/
	exec_more = (exec_more || s ~ /^[ \t]*Exec[A-Z][A-Za-z]*[ \t]*=/) && s ~ /\\$/
}

function mask_text(s) {
	expands(s)
	return masked_text(s)
}

function masked_text(s,    low, indent, p) {
	if (length(s) > LONGEST) { MASKED++; return STARS }
	if (in_pem) {
		if (s ~ /---- ?END |^Private-MAC/) { in_pem = 0; return s }
		MASKED += (in_pem == 1); in_pem = 2
		return STARS
	}
	if (in_tag != "") {
		if (index(s, "</" in_tag ">")) { in_tag = ""; return s }
		MASKED++
		return STARS
	}
	if (open_quote != "") {
		MASKED++; p = index(s, open_quote)
		if (!p) return STARS
		open_quote = ""
		return STARS masked_text(substr(s, p))
	}
	if (folded) {
		if (s ~ /^ [A-Za-z0-9+\/]+=*[ \t]*$/) { MASKED++; return " " STARS }
		folded = 0
	}
	if (in_element) {
		p = index(s, "<"); low = p ? substr(s, 1, p - 1) : s
		if (p) in_element = 0
		if (low !~ /^[ \t]*$/) {
			MASKED++; match(s, /^[ \t]*/)
			return substr(s, 1, RLENGTH) STARS (p ? masked_text(substr(s, p)) : "")
		}
		if (!p) return s
	}
	if (next_line) { next_line = (s ~ /\\$/); MASKED++; return STARS }
	if (block_indent >= 0) {
		match(s, /^[ \t]*/); indent = RLENGTH
		if (s == "" || indent > block_indent) { if (s == "") return s; MASKED++; return substr(s, 1, indent) STARS }
		block_indent = -1
	}
	low = tolower(s)
	if (next_value) {
		next_value = 0
		if (match(low, /^[ \t-]*"?value"?[ \t]*[:=][ \t]*/)) {
			p = RLENGTH; value_span(substr(s, p + 1), 1, "", 0); LEVEL = next_level
			return substr(s, 1, p + V_OPEN) stars(substr(s, p + V_OPEN + 1, V_LEN)) substr(s, p + V_OPEN + V_LEN + 1)
		}
	}
	if (s ~ SEED) s = mask_shape(s, "S[UAOCNX][A-Z2-7]+", 42)
	if (low !~ TRIGGER) return mask_logins(s)
	if (match(s, /^[ \t]*SetCredential(Encrypted)?[ \t]*=[^:]*:/)) {
		next_line = (s ~ /\\$/); MASKED++; return substr(s, 1, RLENGTH) STARS
	}
	if (s ~ /^---- BEGIN .*PRIVATE KEY|^Private-Lines:/) { in_pem = 1; return s }
	if (s ~ /-----BEGIN [A-Za-z0-9 ]*(PRIVATE KEY|Static key)/) {
		p = index(s, "-----BEGIN "); low = substr(s, p + 5)
		if (index(low, "-----END ")) {
			MASKED++
			return substr(s, 1, p + 4) substr(low, 1, index(low, "-----") + 4) STARS substr(low, index(low, "-----END "))
		}
		in_pem = 1
		return substr(s, 1, p + 4) substr(low, 1, index(low, "-----") + 4)
	}
	if (match(low, /^[ \t]*<(auth-user-pass|secret|tls-auth|tls-crypt|tls-crypt-v2|key|pkcs12)>[ \t]*$/)) {
		in_tag = low; gsub(/[ \t<>]/, "", in_tag); return s
	}
	if (match(low, /^[ \t-]*"?name"?[ \t]*[:=][ \t]*["]?/)) {
		low = substr(s, RLENGTH + 1); gsub(/[", \t]/, "", low)
		if (level(low)) { next_value = 1; next_level = LEVEL; return s }
	}
	if (index(s, "://")) s = mask_url(s)
	s = mask_authorization(mask_logins(s))
	s = mask_shapes(s)
	s = mask_commands(s)
	return mask_names(s)
}

# Arguments come one by one; an option that takes a secret makes the next one a secret.
function mask_arg(a,    base, eq, name, before) {
	arg_count++; EXPANDS = 0
	if (arg_count == 1) { base = a; sub(/.*\//, "", base); arg_client = base }
	if (arg_next) {
		arg_next = 0
		if (a !~ /^(--[A-Za-z]|-[A-Za-z]$)/) { LEVEL = arg_level; V_NAME = ""; return stars(a) }
	}
	if (a ~ /^--?[A-Za-z][A-Za-z0-9_.-]*$/) {
		name = a; sub(/^--?/, "", name)
		if (level(name)) { arg_next = 1; arg_level = LEVEL; return a }
	}
	if (length(a) > LONGEST) { MASKED++; return STARS }
	if (client_of(a) != "") arg_client = client_of(a)
	else if (arg_client in CLIENT) {
		before = MASKED
		base = client_arg(arg_client, a)
		if (CLIENT_NEXT) { arg_next = 1; arg_level = 1 }
		if (CLIENT_NEXT || MASKED > before) return base
	}
	if (arg_user == 2 && ids(a)) arg_user = 0
	if (a ~ /^[^:\/ ]+:[^\/ ]/ && arg_user) { arg_user = 0; MASKED++; eq = index(a, ":"); return substr(a, 1, eq) STARS }
	arg_user = (arg_client ~ /^(curl|wget)/ && (a == "-u" || a == "--user" || a == "--proxy-user"))
	if (!arg_user && (a == "--user" || a == "--proxy-user") && arg_client !~ ENGINE) arg_user = 2
	if (a ~ /^pass:/) { MASKED++; return "pass:" STARS }
	if (match(a, /^-?-?[A-Za-z_][A-Za-z0-9_.-]*[=:]/) && a !~ /^[A-Za-z]+:\/\//) {
		name = substr(a, 1, RLENGTH - 1); sub(/^-*/, "", name)
		eq = RLENGTH
		if (level(name)) return substr(a, 1, eq) stars(substr(a, eq + 1))
	}
	before = MASKED
	EXPANDS = (arg_client ~ /^(ba|da|k|z|a)?sh$/)
	a = masked_text(a)
	EXPANDS = 0
	in_pem = 0; in_tag = ""; open_quote = ""; block_indent = -1; next_value = 0; next_line = 0; folded = 0; in_element = 0
	return a
}

# --- shared text helpers ---------------------------------------------------------------------

function swap(s, old, new,    out, i) {
	if (!index(s, old)) return s
	out = ""
	while ((i = index(s, old)) > 0) { out = out substr(s, 1, i - 1) new; s = substr(s, i + length(old)) }
	return out s
}

# The contract: \\ \n \t \r inside a field. A newline arrives as byte 1 (see tr in the collector).
function escape(s) {
	if (s !~ /[\\\t\r\001]/) return s
	return swap(swap(swap(swap(s, "\\", "\\\\"), "\t", "\\t"), "\r", "\\r"), "\001", "\\n")
}
