#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Stages depend one way: a file of a stage includes only what its line in the
# table below names. Also: a .c file includes its own header first. Knows the
# folders, not what is in the headers.
set -u
cd "$(dirname "$0")/.." || exit 1

status=0
kernel_side='(linux|bpf|asm)/.*|std(bool|def|int)\.h'

# check FOLDER PREFIXES [HEADERS]: every #include "…" in FOLDER is PREFIX/name.h,
# or one of HEADERS.
check() {
	folder=$1 prefixes=$2 headers=${3:-}
	files=$(find "$folder" -name '*.[ch]' 2>/dev/null)
	[ -n "$files" ] || return 0
	# shellcheck disable=SC2086 # a list of our own file names
	bad=$(grep -Hn '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' $files |
		grep -Ev "\"($prefixes)/[a-z0-9_]+\\.h\"${headers:+|\"($headers)\"}")
	report "includes/$folder" "$bad"
}

# The kernel side sees neither the C library nor src/.
check_system() {
	files=$(find bpf include -name '*.[ch]' 2>/dev/null)
	[ -n "$files" ] || return 0
	# shellcheck disable=SC2086
	bad=$(grep -Hn '^[[:space:]]*#[[:space:]]*include[[:space:]]*<' $files |
		grep -Ev "<($kernel_side)>")
	report includes/kernel-side "$bad"
}

check_own_header_first() {
	bad=$(find src -name '*.c' | while read -r file; do
		header=${file%.c}.h
		[ -e "$header" ] || continue
		first=$(grep -m1 '^#include' "$file")
		[ "$first" = "#include \"${header#src/}\"" ] || echo "$file: first include is $first"
	done)
	report includes/own-header-first "$bad"
}

report() {
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		echo "not ok $1: against the direction of includes"
		echo "$2" | sed 's/^/# /'
		status=1
	fi
}

check include 'socktrace'
check bpf 'socktrace' '[a-z0-9_]+(\.bpf\.c|\.h)'
check src/base 'base'
check src/decode 'socktrace|base|decode'
check src/capture 'socktrace|base|decode|capture' 'socktrace\.skel\.h'
check src/model 'socktrace|base|decode|model'
check src/analyze 'socktrace|base|decode|model|analyze'
check src/render 'socktrace|base|decode|model|analyze|render'
check src/cmd 'socktrace|base|capture|decode|model|analyze|render|cmd' 'opts\.h'
check_system
check_own_header_first
exit $status
