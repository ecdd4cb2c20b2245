# Container engines, virtual machines and clusters that are here already, and what they run. Read
# from processes, cgroups and their own lists: a command of an engine may start or write something,
# so only a Docker that runs is asked.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# Name, program, names of its processes.
ENGINES='docker dockerd dockerd
balena balenad balenad,balena-engine-d
containerd containerd containerd
podman podman conmon
crio crio crio
lxc lxc-start lxc-start
lxd lxd lxd
incus incusd incusd
nspawn systemd-nspawn systemd-nspawn,(sd-nspawn)
kubelet kubelet kubelet
k3s k3s k3s-server,k3s-agent,k3s
k0s k0s k0s
rke2 rke2 rke2
microk8s /snap/bin/microk8s kubelite
nomad nomad nomad
ecs amazon-ecs-init amazon-ecs-init,amazon-ecs-agen
rancher rancher rancher
libvirt libvirtd libvirtd,virtqemud
qemu qemu-system-x86_64 qemu-system-x86,qemu-system-aar,qemu-kvm,kvm
virtualbox VBoxHeadless VBoxHeadless,VBoxSVC
vmware vmware-vmx vmware-vmx'

# Which of them are here, and whether a process of theirs runs. No here-document: some shells write
# those to a file.
list_engines() {
	said "$ENGINES" | while read -r name program comms; do
		path=
		case $program in /*) [ ! -x "$program" ] || path=$program ;; *) ! has "$program" || path=$(command -v "$program") ;; esac
		on=0; IFS=,
		for c in $comms; do if runs "$c"; then on=1; fi; done
		unset IFS
		case $path in /*) ;; *) path= ;; esac
		[ -z "$path" ] && [ $on -eq 0 ] || printf 'engine\t%s\t%s\t%s\n' "$name" "$path" $on
	done
}

# Containers by the cgroups of their processes; those around this machine itself are not its own.
CGROUPS_AWK='
function hex(s) { return match(s, /[0-9a-f]+/) && RLENGTH >= 12 ? substr(s, RSTART, 12) : "" }
{
	i = index($0, ":"); file = substr($0, 1, i - 1); path = substr($0, i + 1); sub(/^[^:]*:[^:]*:/, "", path)
	split(file, f, "/"); pid = f[3]
	n = split(path, part, "/"); engine = id = pod = ""
	for (k = 1; k <= n; k++) {
		p = part[k]; q = k > 1 ? part[k - 1] : ""
		if (match(p, /^(kubepods-[a-z]*-?)?pod[0-9a-f_-]+/) && path ~ /kubepods/) { pod = p; sub(/^.*pod/, "", pod); sub(/\.slice$/, "", pod); gsub(/_/, "-", pod) }
		if (p ~ /^docker-[0-9a-f]+\.scope$/ || (q == "docker" && p ~ /^[0-9a-f]+$/)) { engine = "docker"; id = hex(substr(p, p ~ /^docker-/ ? 8 : 1)) }
		else if (p ~ /^libpod-[0-9a-f]+(\.scope)?$/) { engine = "podman"; id = hex(substr(p, 8)) }
		else if (p ~ /^cri-containerd-[0-9a-f]+\.scope$/) { engine = "containerd"; id = hex(substr(p, 16)) }
		else if (p ~ /^crio-[0-9a-f]+\.scope$/) { engine = "crio"; id = hex(substr(p, 6)) }
		else if (pod != "" && p ~ /^[0-9a-f]+$/ && length(p) == 64) { engine = "kubernetes"; id = hex(p) }
		else if (q == "ecs" || (k > 2 && part[k - 2] == "ecs")) { if (p ~ /^[0-9a-f-]+$/ && hex(p) != "") { engine = "ecs"; id = hex(p) } }
		else if (p ~ /^lxc\.payload\./) { engine = "lxc"; id = substr(p, 13) }
		else if (q == "lxc" && k == 3 && p !~ /\.scope$/) { engine = "lxc"; id = p }
		else if (p ~ /^machine-.*\.scope$/ && q == "machine.slice") { engine = "machine"; id = substr(p, 9); sub(/\.scope$/, "", id) }
		else if (p ~ /^systemd-nspawn@.*\.service$/) { engine = "nspawn"; id = substr(p, 16); sub(/\.service$/, "", id) }
		if (engine != "") break
	}
	if (id == "") next
	if (pid == "self") { own[engine, id] = 1; next }
	if (!((engine, id, pid) in had)) { had[engine, id, pid] = 1; count[engine, id]++ }
	if (pod != "") in_pod[engine, id] = pod
}
END { for (c in count) if (!(c in own) && ++m <= 1000) { split(c, w, SUBSEP); print "cgroup\t" w[1] "\t" escape(w[2]) "\t" count[c] "\t" in_pod[c] }
	if (m > 1000) printf "%s S partial 1000 of %d containers\n", MARK, m }'

# Names and images from the storage of podman; the files hold one JSON text on one line.
PODMAN_AWK='
function value(s, key,    i) {
	i = index(s, key); if (!i) return ""
	s = substr(s, i + length(key)); i = match(s, /[\\"]/)
	return i ? substr(s, 1, i - 1) : ""
}
{ text = text $0 }
END {
	n = split(text, part, "\"id\":\"")
	for (k = 2; k <= n; k++) {
		if (!match(part[k], /^[0-9a-f]+"/)) continue
		print "container\tpodman\t" substr(part[k], 1, 12) "\t" escape(value(part[k], "\"names\":[\"")) "\t" escape(mask_text(value(part[k], "\\\"image-name\\\":\\\""))) "\t\t\t"
	}
}'

# Of what docker notes of a container: name, image, state, project. Its environment stands there too.
DOCKER_AWK='
function value(key,    s, i) {
	i = index(text, key); if (!i) return ""
	s = substr(text, i + length(key)); i = index(s, "\"")
	return i ? substr(s, 1, i - 1) : ""
}
function flush(    image, i) {
	if (text == "") return
	i = index(text, "\"Config\":{"); image = ""
	if (i) { all = text; text = substr(text, i); image = value("\"Image\":\""); project = value("\"com.docker.compose.project\":\""); folder = value("\"com.docker.compose.project.working_dir\":\""); text = all }
	sub(/^.*\/containers\//, "", name)
	print "container\tdocker\t" substr(name, 1, 12) "\t" escape(substr(value("\"Name\":\"/"), 1)) "\t" escape(mask_text(image)) "\t" escape(project) "\t" escape(folder) "\t" (index(text, "\"Running\":true") ? "Up" : "Exited")
	text = ""
}
FNR == 1 { flush(); name = FILENAME }
{ text = text $0 }
END { flush() }'

# near PATH: not on a network mount.
near() { [ -z "$REMOTE" ] || [ -n "$(printf '%s\n' "$1" | local_only)" ]; }

docker_containers() {
	docker=$(command -v docker) || docker=
	magic=; [ -z "$docker" ] || read -r magic <"$docker"
	socket=/run/docker.sock; [ -S $socket ] || socket=/var/run/docker.sock
	code=1
	# A script of that name is podman in disguise, and would write; a socket without its daemon starts it.
	case $magic in '#!'*) docker= ;; esac
	if [ -n "$docker" ] && runs dockerd && [ -S $socket ] && [ -w $socket ]; then
		text=$(
			unset DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_CONFIG
			HOME=/nonexistent; export HOME
			limit 10 "$docker" -H unix://$socket ps -a --no-trunc --format '{{.ID}}	{{.Names}}	{{.Image}}	{{.Label "com.docker.compose.project"}}	{{.Label "com.docker.compose.project.working_dir"}}	{{.Status}}' 2>/dev/null
		)
		code=$?
		late $code "docker ps"
		said "$text" | awk -F "$TAB" "$PLANNER_MASK"'
			NF == 6 { print "container\tdocker\t" substr($1, 1, 12) "\t" escape($2) "\t" escape(mask_text($3)) "\t" escape($4) "\t" escape($5) "\t" escape($6) }'
	fi
	if [ $code -ne 0 ] && near /var/lib/docker && [ -d /var/lib/docker/containers ]; then
		if [ ! -x /var/lib/docker/containers ]; then state partial "not allowed to see the containers of docker"; return 0; fi
		set +f; set -- /var/lib/docker/containers/*/config.v2.json; set -f
		[ ! -r "$1" ] || awk "$PLANNER_MASK$DOCKER_AWK" "$@"
	fi
} 2>/dev/null

podman_containers() {
	set +f
	list=$(awk -F: '$6 ~ /^\/./ && $7 !~ /\/(nologin|false|sync)$/ && !seen[$6]++ { print $6 "/.local/share/containers/storage" }' /etc/passwd | local_only)
	IFS=$NL
	for d in $(printf '%s\n' /var/lib/containers/storage | local_only) $list; do
		for f in "$d"/*-containers/containers.json "$d"/*-containers/volatile-containers.json; do
			[ ! -r "$f" ] || awk "$PLANNER_MASK$PODMAN_AWK" "$f"
		done
	done
	unset IFS; set -f
	[ ! -d /var/lib/containers/storage ] || notroot "containers of podman of others"
} 2>/dev/null

s_engines() {
	[ -d /proc/self ] || { state missing "no /proc: engines of Linux only are known"; return 1; }
	list_engines
	set +f
	limit 10 grep -aHE 'docker|libpod|containerd|crio|kubepods|lxc|machine|nspawn|/ecs/' /proc/self/cgroup /proc/[0-9]*/cgroup 2>/dev/null |
		awk -v MARK="$MARK" "$PLANNER_MASK$CGROUPS_AWK"
	set -f
	docker_containers
	podman_containers
	list_clusters
	list_machines
	seen_processes
}

look_engines() {
	section engines s_engines
}
