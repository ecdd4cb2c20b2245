# Processors, memory, devices, kernel modules.
# shellcheck disable=SC2016 # awk programs stand in single quotes

s_cpu() { getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo; }

s_meminfo() { s_file /proc/meminfo; }

s_pci() {
	if [ ! -d /sys/bus/pci/devices ]; then state missing "no /sys/bus/pci"; return 1; fi
	set +f
	for d in /sys/bus/pci/devices/*; do
		[ -r "$d/class" ] || continue
		read -r class <"$d/class"; read -r vendor <"$d/vendor"; read -r device <"$d/device"
		driver=
		for b in /sys/bus/pci/drivers/*/"${d##*/}"; do
			[ -e "$b" ] && driver=${b%/*} && driver=${driver##*/}
		done
		printf '%s\t%s\t%s\t%s\t%s\n' "${d##*/}" "${class#0x}" "${vendor#0x}" "${device#0x}" "$driver"
	done
	set -f
}

s_usb() {
	if [ ! -d /sys/bus/usb/devices ]; then
		[ -d /sys/bus ] || { state missing "no /sys/bus"; return 1; }
		return 0
	fi
	set +f
	for d in /sys/bus/usb/devices/*; do
		[ -r "$d/idVendor" ] || continue
		read -r vendor <"$d/idVendor"; read -r product <"$d/idProduct"
		printf '%s\t%s\t%s\n' "$vendor" "$product" "$(first_line "$d/product")"
	done
	set -f
}

s_modules() {
	if [ ! -r /proc/modules ]; then
		# A kernel that was built without modules has no such file, and nothing is loaded.
		if [ -r /proc/self/mountinfo ] && [ ! -e /proc/modules ]; then return 0; fi
		state missing "no /proc/modules"; return 1
	fi
	while read -r name _; do
		taint=
		[ ! -r "/sys/module/$name/taint" ] || read -r taint <"/sys/module/$name/taint"
		printf '%s\t%s\n' "$name" "$taint"
	done </proc/modules
}

look_hardware() {
	section cpu s_cpu
	section meminfo s_meminfo
	section pci s_pci
	section usb s_usb
	section modules s_modules
}
