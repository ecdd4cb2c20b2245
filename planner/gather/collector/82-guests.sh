# Clusters that this machine has joined, and the machines that it hosts.
# shellcheck disable=SC2016 # awk programs stand in single quotes

# A path that is there once this machine has joined, the cluster, and what it does in it.
MEMBERS='/etc/kubernetes/kubelet.conf kubernetes node
/var/lib/rancher/k3s/server k3s server
/var/lib/rancher/k3s/agent k3s agent
/var/lib/rancher/rke2/server rke2 server
/var/lib/rancher/rke2/agent rke2 agent
/var/snap/microk8s/current microk8s node
/var/lib/k0s k0s node
/var/lib/docker/swarm/docker-state.json swarm node
/var/lib/docker/swarm/raft swarm manager
/etc/ecs/ecs.config ecs node
/etc/nomad.d nomad node
/etc/corosync/corosync.conf corosync node
/etc/pve/corosync.conf proxmox node'

list_clusters() {
	set +f
	for f in /etc/kubernetes/manifests/*.y*ml; do [ ! -e "$f" ] || { f=${f##*/}; printf 'cluster\tkubernetes\tcontrol-plane\t%s\n' "${f%.*}"; }; done
	set -f
	said "$MEMBERS" | while read -r path kind role; do
		! near "$path" || [ ! -e "$path" ] || printf 'cluster\t%s\t%s\t\n' "$kind" "$role"
	done
	! near /var/lib/docker || [ ! -d /var/lib/docker ] || [ -x /var/lib/docker ] || state partial "not allowed to look into /var/lib/docker: swarm is not known"
}

# Virtual machines and system containers by name: running (1) or only defined (0).
list_machines() {
	set +f
	for f in /run/libvirt/qemu/*.pid; do [ ! -e "$f" ] || { f=${f##*/}; printf 'machine\tlibvirt\t%s\t1\n' "${f%.pid}"; }; done
	for f in /etc/libvirt/qemu/*.xml; do [ ! -e "$f" ] || { f=${f##*/}; printf 'machine\tlibvirt\t%s\t0\n' "${f%.xml}"; }; done
	printf '%s\n' /var/lib/lxc/*/config /var/lib/machines/* | local_only | while read -r f; do
		case $f in
		*/lxc/*) [ ! -e "$f" ] || { f=${f%/config}; printf 'machine\tlxc\t%s\t0\n' "${f##*/}"; } ;;
		*) [ ! -d "$f" ] || printf 'machine\tnspawn\t%s\t0\n' "${f##*/}" ;;
		esac
	done
	set -f
	said "$PROCESSES" | awk '
		function flush() { if (kind != "" && (name != "" || kind != "nspawn")) print "machine\t" kind "\t" name "\t1"; kind = name = ""; want = 0 }
		/^P / { flush(); next }
		/^comm (qemu-system|qemu-kvm|kvm$)/ { kind = "qemu"; next }
		/^comm VBoxHeadless/ { kind = "virtualbox"; next }
		/^comm vmware-vmx/ { kind = "vmware"; next }
		/^comm systemd-nspawn/ { kind = "nspawn"; next }
		kind != "" && /^a / {
			a = substr($0, 3)
			if (want) { sub(/^guest=/, "", a); sub(/,.*/, "", a); name = a; want = 0 }
			else if (a ~ /^(-name|--comment|--startvm|-M|--machine)$/) want = (kind != "qemu" || a == "-name")
			else if (kind == "nspawn" && a ~ /^(--machine=|-M.)/) { sub(/^(--machine=|-M)/, "", a); name = a }
			else if (kind == "vmware" && a ~ /\.vmx$/) { sub(/.*\//, "", a); sub(/\.vmx$/, "", a); name = a }
		}
		END { flush() }'
	if [ -r /proc/xen/capabilities ] && grep -q control_d /proc/xen/capabilities; then printf 'engine\txen\t\t1\n'; fi
}
