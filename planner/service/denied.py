"""Files that are never copied into an image, because of their name or place.

The first table says what the machine's own list says (``planner/session/remote/deny.awk``, which
keeps their text on the machine): a test holds that both agree. The second goes further, since a
file that is wrongly a secret is only streamed, and one that is wrongly a copy is in a layer.
"""

from __future__ import annotations

import posixpath
import re

_PASSWORDS = "passwords, by its name"
_KEY = "key material, by its name or place"
_LOGIN = "credentials of a login, by its name or place"

_PATHS: tuple[tuple[str, str], ...] = (
    (r"/etc/(g?shadow|security/opasswd)-?", _PASSWORDS),
    (r"/etc/sudoers(\.d/.*)?", "rules of sudo"),
    (r".*/\.ssh/.*", _KEY),
    (r".*/private-keys-v1\.d/.*|/etc/(ssl|pki)/([^/]*/)?private/.*", _KEY),
    (r"/etc/letsencrypt/(archive|live|accounts|keys)/(?!(?:.*/)?(?:fullchain|chain|cert)[^/]*$).*",
     _KEY),
    (r"/etc/(wireguard|NetworkManager/system-connections)/.*", _KEY),
    (r".*/\.(aws|kube|gnupg|docker|azure|oci|password-store)/.*", _LOGIN),
    (r".*/\.config/(gcloud|gh|hub|rclone)(/.*)?", _LOGIN),
    (r".*/\.m2/settings(-security)?\.xml|.*/\.git/config|.*/\.?gitlab-runner/config\.toml"
     r"|/etc/docker/key\.json|/etc/mysql/debian\.cnf", _LOGIN),
)  # fmt: skip
_HINTED = re.compile(
    r"/etc/(?!(?:pam\.d|security|authselect)/).*(passw|_psk|secret|credential)[^./]*"
    r"(\.(txt|map|db|old|bak))?",
    re.DOTALL,
)
_NAMES: tuple[tuple[str, str], ...] = (
    (r"g?shadow-?", _PASSWORDS),
    (r"sudoers", "rules of sudo"),
    (r"ssh_host_.*key|id_(rsa|dsa|ecdsa|ed25519|ecdsa_sk|ed25519_sk|xmss)", _KEY),
    (r".*\.(key|p12|pfx|jks|jceks|keystore|kdbx|keytab|ppk|pkcs12)", _KEY),
    (r"\.netrc|_netrc|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.git-credentials|\.npmrc|\.pypirc|\.s3cfg"
     r"|\.vault-token|\.boto|\.dockercfg|\.erlang\.cookie|credentials(\.json)?|authorized_keys",
     _LOGIN),
    (r"\.?htpasswd.*|.*\.htpasswd", _PASSWORDS),
    (r"(sasl_passwd|chap-secrets|pap-secrets|ipsec\.secrets|secrets\.tdb|passdb\.tdb|userlist\.txt"
     r"|pwfile|passwords?|secrets?|passwd\.client|secrets\.(ya?ml|json|toml|ini|conf|py))(\.db)?",
     _PASSWORDS),
    (r".*\.(secrets?|private|keyfile|pw|pwd|pass|passwd|psk|keys|wpa_psk|jwk)", _KEY),
    (r"(auth|psk|users?|virtual_users|relay_passwords?|smtp_auth|authkeys|keys|passwd|pw|pwd|tsig"
     r"|vault[_-]pass(word)?|encrypted_data_bag_secret)(\.txt|\.map|\.db)?", _KEY),
    (r"(acme|auth)\.json|kubeconfig.*|\.rediscli_auth|\.yarnrc\.yml|dovecot-(sql|ldap)\.conf\.ext"
     r"|(mgmt|application)-users\.properties|.*jaas\.conf|smtp_auth\.hash|\.runner"
     r"|.*\.(creds|nk|tfstate)|service-account.*\.json|.*firebase-adminsdk.*\.json", _LOGIN),
    (r"id_(rsa|dsa|ecdsa|ed25519)[._-](?!(?:.*\.)?pub$).*|id_.*_deploy|deploy_key(\.bak|\.old)?"
     r"|.*\.priv", _KEY),
    (r"(?!.*public)(private.*|.*privatekey.*|serverkey|jwt.*)\.pem", _KEY),
    (r"\.(bash|zsh|ash|sh|mysql|mariadb|psql|python|rediscli)_history", "a history of commands"),
    (r"\.env(\..*)?|.*\.env", "environment file, which may hold passwords"),
)  # fmt: skip
_WIDER: tuple[tuple[str, str], ...] = (
    (r".*(passwd|password|secret|credential|shadow|keytab).*|.*\.(users|pwd)", _PASSWORDS),
    (r"(.*[-_.])?tokens?(\.(txt|list|ya?ml|json|conf|db))?", _LOGIN),
    (r".*[-_.]key\.pem|key\.pem|privkey\d*\.pem|.*\.(gpg|age)", _KEY),
)


def _compiled(table: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.DOTALL), why) for pattern, why in table)


_BY_PATH, _BY_NAME, _BY_HINT = _compiled(_PATHS), _compiled(_NAMES), _compiled(_WIDER)


def kept_back(path: str) -> str:
    """Why the machine itself keeps the text of a file back; empty: it does not."""
    name = posixpath.basename(path).lower()
    for pattern, why in _BY_PATH:
        if pattern.fullmatch(path):
            return why
    if _HINTED.fullmatch(path.rpartition("/")[0] + "/" + name):
        return _PASSWORDS
    return next((why for pattern, why in _BY_NAME if pattern.fullmatch(name)), "")


def reason(path: str) -> str:
    """Why a file must not be copied into an image; empty: its name and place allow it."""
    name = posixpath.basename(path).lower()
    return kept_back(path) or next((why for p, why in _BY_HINT if p.fullmatch(name)), "")
