# Files that never leave a machine, by name: deny_reason(path) says why, or nothing. An awk library
# behind mask.awk, for the collector and for extract. By content, see mask.awk and extract.sh.

function deny_reason(p,    b) {
	b = tolower(p); sub(/.*\//, "", b)
	if (p ~ /^\/etc\/(g?shadow|security\/opasswd)-?$/ || b ~ /^g?shadow-?$/) return "password hashes"
	if (p ~ /^\/etc\/sudoers(\.d\/|$)/ || b == "sudoers") return "rules of sudo"
	if (b ~ /^ssh_host_.*key$/) return "host key of ssh"
	if (b ~ /^id_(rsa|dsa|ecdsa|ed25519|ecdsa_sk|ed25519_sk|xmss)$/ || p ~ /\/\.ssh\//) return "key of ssh"
	if (b ~ /\.(key|p12|pfx|jks|jceks|keystore|kdbx|keytab|ppk|pkcs12)$/ || b ~ /^(rndc|server|client|private|tls)\.key$/) return "key file"
	if (p ~ /\/private-keys-v1\.d\// || p ~ /^\/etc\/(ssl|pki)\/([^\/]*\/)?private\//) return "private keys"
	if (p ~ /^\/etc\/letsencrypt\/(archive|live|accounts|keys)\// && b !~ /^(fullchain|chain|cert)/) return "private keys"
	if (p ~ /^\/etc\/(wireguard|NetworkManager\/system-connections)\//) return "keys of network connections"
	if (p ~ /\/\.(aws|kube|gnupg|docker|azure|oci|password-store)\// || p ~ /\/\.config\/(gcloud|gh|hub|rclone)(\/|$)/) return "credentials of a login"
	if (b ~ /^(\.netrc|_netrc|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.git-credentials|\.npmrc|\.pypirc|\.vault-token|\.s3cfg|\.boto|\.dockercfg|\.erlang\.cookie|credentials|credentials\.json|authorized_keys)$/) return "credentials of a login"
	if (b ~ /^\.?htpasswd/ || b ~ /\.htpasswd$/ || b ~ /^(sasl_passwd|chap-secrets|pap-secrets|ipsec\.secrets|secrets\.tdb|passdb\.tdb|userlist\.txt|pwfile|passwords?|secrets?|passwd\.client|secrets\.(ya?ml|json|toml|ini|conf|py))(\.db)?$/) return "passwords"
	if (b ~ /\.(secret|secrets|private|keyfile|pw|pwd|pass|passwd|psk|keys|wpa_psk|jwk)$/) return "keys or passwords"
	if (b ~ /^(auth|psk|users?|virtual_users|relay_passwords?|smtp_auth|authkeys|keys|passwd|pw|pwd|tsig|vault[_-]pass(word)?|encrypted_data_bag_secret)(\.txt|\.map|\.db)?$/) return "keys or passwords"
	if (p ~ /^\/etc\// && p !~ /^\/etc\/(pam\.d|security|authselect)\// && b ~ /(passw|_psk|secret|credential)[^.]*(\.(txt|map|db|old|bak))?$/) return "passwords"
	if (b ~ /^((acme|auth)\.json|kubeconfig.*|\.rediscli_auth|\.yarnrc\.yml|dovecot-(sql|ldap)\.conf\.ext|(mgmt|application)-users\.properties|.*jaas\.conf|smtp_auth\.hash|\.runner)$/ || b ~ /\.(creds|nk|tfstate)$/) return "credentials of a login"
	if (b ~ /^service-account.*\.json$/ || b ~ /firebase-adminsdk.*\.json$/) return "credentials of a login"
	if (p ~ /\/\.m2\/settings(-security)?\.xml$/ || p ~ /\/\.git\/config$/ || p ~ /\/(\.)?gitlab-runner\/config\.toml$/ || p ~ /^\/etc\/docker\/key\.json$/ || p ~ /^\/etc\/mysql\/debian\.cnf$/) return "credentials of a login"
	if (b ~ /^id_(rsa|dsa|ecdsa|ed25519)[._-]/ && b !~ /\.pub$/ || b ~ /^id_.*_deploy$/ || b ~ /^deploy_key(\.bak|\.old)?$/ || b ~ /\.priv$/) return "key of ssh"
	if (b ~ /^(private.*|.*privatekey.*|serverkey|jwt.*)\.pem$/ && b !~ /public/) return "private keys"
	if (b ~ /^\.(bash|zsh|ash|sh|mysql|mariadb|psql|python|rediscli)_history$/) return "history of commands"
	if (b ~ /^\.env($|\.)/ || b ~ /\.env$/) return "environment file"
	return ""
}
