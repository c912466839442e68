#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What of the conventions can be counted: the licence line, the length of files,
# functions and lines, white space at the end of a line.
set -u
cd "$(dirname "$0")/.." || exit 1

status=0
columns=100
sources=$(find include bpf src tests -name node_modules -prune -o -name '*.[ch]' -print 2>/dev/null | sort)
viewer=$(find viz tests/browser bench/viewer -name node_modules -prune -o -type f \
	-regex '.*\.\(ts\|tsx\|mjs\|css\|html\)' -print 2>/dev/null | sort)
scripts=$(find mk tests demo bench .ci -name node_modules -prune -o -type f \( -name '*.py' -o -name '*.sh' -o ! -name '*.*' \) -print 2>/dev/null | sort)

report() {
	if [ -z "$2" ]; then
		echo "ok style/$1"
	else
		echo "not ok style/$1"
		echo "$2" | sed 's/^/# /'
		status=1
	fi
}

# shellcheck disable=SC2086 # lists of our own file names
{
	report licence "$(for file in $sources $scripts $viewer; do
		head -2 "$file" | grep -q 'SPDX-License-Identifier: ' || echo "$file"
	done)"
	report file-length "$(wc -l $sources $viewer | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 }')"
	report function-length "$(awk '
		FNR == 1 { start = 0 }
		/^\{$/ { start = FNR }
		/^\}$/ && start {
			if (FNR - start - 1 > 70)
				print FILENAME ":" start ": " FNR - start - 1 " lines"
			start = 0
		}' $sources)"
	# A function or a method, by where its closing brace stands.
	report function-length/viewer "$(awk '
		FNR == 1 { start = 0 }
		match($0, /^(  )?[a-zA-Z].*(\) \{|: [^=]* \{|=> \{)$/) {
			start = FNR
			match($0, /^ */)
			close_at = RLENGTH
		}
		/^(  )?\}[;)]*$/ && start {
			match($0, /^ */)
			if (RLENGTH == close_at) {
				if (FNR - start - 1 > 70)
					print FILENAME ":" start ": " FNR - start - 1 " lines"
				start = 0
			}
		}' $viewer)"
	report line-length "$(for file in $sources $viewer; do
		expand -t 8 "$file" | awk -v file="$file" -v columns=$columns \
			'length($0) > columns { print file ":" NR ": " length($0) " columns" }'
	done)"
	report trailing-space "$(grep -Hn '[[:space:]]$' $sources $scripts $viewer Makefile)"
}
exit $status
