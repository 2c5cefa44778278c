#!/usr/bin/env bash
# Checks the model, and that the checker finds each safeguard that is taken away.
#   check.sh SPIN OUTPUT-DIRECTORY
# Needs a C compiler. Each line says what was checked, how many states there are
# and how long the longest way through them is.
set -eu -o pipefail

spin=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
export spin out here

# verify NAME WHAT DEFINITIONS: pan's report goes to OUT/NAME/report. WHAT is
# "safety", or the name of an LTL formula.
verify() {
	local name=$1 what=$2; shift 2
	local dir=$out/$name compile=(-DSAFETY) run=(-E)
	if [ "$what" != safety ]; then
		compile=(-DNFAIR=3) run=(-a -f -A -N "$what")
		set -- "$@" -DLTL
	fi
	rm -rf "$dir" && mkdir -p "$dir" && cd "$dir"
	"$spin" -a "$@" "$here/callbacks.pml" >spin.log 2>&1 || { cat spin.log >&2; return 2; }
	cc -O1 -w -DCOLLAPSE -DMEMLIM=2048 "${compile[@]}" -o pan pan.c
	./pan -m1000000 -c1 "${run[@]}" >report 2>&1 || true
	if grep -qE 'max search depth too small|Search not completed|out of memory' report && ! grep -q 'errors: 1' report; then
		echo "$name: the search did not complete; see $dir/report" >&2; return 2
	fi
	grep -q 'State-vector' report || { cat report >&2; return 2; }
}

numbers() { awk '/depth reached/ {depth = $6} /states, stored/ {states = $1} END {printf "%9d states, depth %d", states, depth}' "$1"; }

# holds: the model is right.
holds() {
	verify "$@" || exit 255
	grep -q 'errors: 0' "$out/$1/report" || {
		echo "FAILED $1 ($2): a counterexample is in $out/$1; show it with"
		echo "  cd $out/$1 && $spin -t -p -g -k callbacks.pml.trail ${*:3} $here/callbacks.pml"
		exit 255
	}
	printf 'holds  %-24s %s  %s\n' "$1" "$(numbers "$out/$1/report" | sed 's/,$//')" "${*:3}"
}

# found: the mutation does harm, and the checker sees it.
found() {
	local mutation=$1 what=$2; shift 2
	local name=$mutation-$what
	verify "$name" "$what" "-D$mutation" "$@" || exit 255
	grep -q 'errors: 1' "$out/$name/report" || { echo "FAILED $mutation: $what holds without that safeguard, with $*"; exit 255; }
	printf 'found  %-24s %s\n' "$mutation" "$(sed -nE 's/^pan:[0-9]+: (.*) \(at depth ([0-9]+)\)$/after \2 steps: \1/p' "$out/$name/report")"
}
export -f verify numbers holds found

# Two jobs at a time; xargs ends with an error if any of them does.
grep -vE '^(#|$)' "$here/checks.txt" | xargs -P 2 -I{} bash -eu -o pipefail -c '{}'
