# The look itself: every part in order, framed on the way out.

look_around() {
	prepare
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
	printf '%s Z\n' "$MARK"
}

main </dev/null 2>/dev/null | awk "$FRAME"
