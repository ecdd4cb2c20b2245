# The look itself: every part in order, framed on the way out.

look_around() {
	prepare
	sample_cpu
	GREP=plain
	if printf 'a\0b\0' | grep -az '^b' | tr '\0' x | grep -q '^bx'; then GREP=gnu; fi
	HIDEPID=$(awk '$5 == "/proc"' /proc/self/mountinfo 2>/dev/null)
}

main() {
	look_around
	look_system
	look_hardware
	look_storage
	look_processes
	look_sockets
	look_services
	look_packages
	look_config
	look_paths
	look_runtimes
	look_security
	look_usage
	look_engines
	printf '%s Z\n' "$MARK"
}

# Nothing here can be said without awk, which is also what masks.
if ! has awk; then
	echo "there is no awk on this machine, and nothing leaves it unmasked" >&2
	exit 1
fi

main </dev/null 2>/dev/null | awk "$FRAME"
