#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs the linters that are installed, one result each; another compiler's
# warnings are a lint too.
set -u
cd "$(dirname "$0")/.." || exit 1

status=0

# lint NAME COMMAND…: ok when the command succeeds, skipped when it is missing.
lint() {
	local name=$1 output
	shift
	if ! command -v "$1" >/dev/null; then
		echo "skip lint/$name: $1 is not installed"
	elif output=$("$@" 2>&1); then
		echo "ok lint/$name"
	else
		echo "not ok lint/$name"
		printf '# %s\n' "${output//$'\n'/$'\n'# }"
		status=1
	fi
}

shells() {
	local file
	for file in mk/* tests/*.sh tests/*/* demo/* bench/* .ci/*; do
		[ -f "$file" ] && head -1 "$file" | grep -Eq '^#!/bin/(ba)?sh' && echo "$file"
	done
	return 0
}

pythons() {
	local file
	for file in tests/* tests/*/* demo/* demo/*/* bench/*; do
		[ -f "$file" ] && { [[ $file = *.py ]] ||
			head -1 "$file" | grep -q '^#!/usr/bin/python3'; } && echo "$file"
	done
	return 0
}

# shellcheck disable=SC2317 # called through lint
python_compiles() {
	local file
	for file; do
		/usr/bin/python3 -W error -c \
			'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")' "$file" || return
	done
}

mapfile -t shell_files < <(shells)
mapfile -t python_files < <(pythons)

# cppcheck sees no system headers: these macros it needs as something it can parse.
# What is uninitialised the compilers and the sanitizers know better.
lint cppcheck cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --language=c \
	--enable=warning,performance --suppress=missingIncludeSystem \
	--suppress=uninitvar --suppress=legacyUninitvar --suppress=uninitStructMember \
	'-D__typeof__(...)=struct item *' '-Dbpf_object__for_each_program(p,o)=while (p)' \
	'-DDECLARE_LIBBPF_OPTS(type,name,...)=struct type name' \
	-j "$(nproc)" -Isrc -Iinclude src tests/unit tests/vm
lint shellcheck shellcheck -S info "${shell_files[@]}"
lint python python_compiles "${python_files[@]}"
lint clang make --no-print-directory -j "$(nproc)" CC=clang O=build/clang build/clang/libsocktrace.a
exit $status
