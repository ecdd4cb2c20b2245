# Contents of regular files, one behind the other, in the order of PLANNER_SLICES: lines of first
# block, number of blocks (of 64 KiB) and path. First comes the nonce with the encoding: base64 of
# gzip where the machine has both, since a terminal on the way changes bytes.
# shellcheck disable=SC2154 # PLANNER_SLICES comes from the sender

slices() {
	printf '%s\n' "$PLANNER_SLICES" | while IFS=$TAB read -r skip count path; do
		# a link put in place of the file since the list was made is not followed
		[ -f "$path" ] && [ ! -L "$path" ] || continue
		dd if="$path" bs=65536 skip="$skip" count="$count"
	done
}

main() {
	prepare
	if printf x | gzip -c | base64 >/dev/null; then
		printf '%s gzip\n' "$PLANNER_NONCE"
		slices | gzip -1c | base64
	else
		printf '%s raw\n' "$PLANNER_NONCE"
		slices
	fi
}

main </dev/null 2>/dev/null
