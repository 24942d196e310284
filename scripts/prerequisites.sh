#!/bin/sh
# Says which prerequisite is missing and how to get it: Go as in go.mod, and a C++
# compiler for DuckDB. Silent when both are there.
set -u
cd "$(dirname "$0")/.." || exit 1

want=$(awk '$1 == "go" { split($2, v, "."); print v[1] "." v[2]; exit }' go.mod)
missing=0

# install_hint NAME APT DNF BREW: the command for this machine, else all of them.
install_hint() {
	if command -v apt-get >/dev/null 2>&1; then
		echo "  sudo apt-get install $2"
	elif command -v dnf >/dev/null 2>&1; then
		echo "  sudo dnf install $3"
	elif [ "$(uname -s)" = Darwin ]; then
		echo "  $4"
	else
		echo "  Debian, Ubuntu: sudo apt-get install $2"
		echo "  Fedora, RHEL:   sudo dnf install $3"
		echo "  macOS:          $4"
	fi
}

go_hint() {
	echo "  get it from https://go.dev/dl/ (unpack, put its bin folder into PATH)"
	echo "  or, where the package is new enough:"
	install_hint go golang-go golang "brew install go"
}

# newer_or_same HAVE WANT: compares MAJOR.MINOR.
newer_or_same() {
	[ "${1%%.*}" -gt "${2%%.*}" ] || { [ "${1%%.*}" -eq "${2%%.*}" ] && [ "${1#*.}" -ge "${2#*.}" ]; }
}

if ! command -v go >/dev/null 2>&1; then
	echo "missing: Go $want or newer"
	go_hint
	missing=1
else
	# An older Go may fetch the one that go.mod asks for; then this is the fetched one.
	have=$(go env GOVERSION 2>/dev/null | sed -n 's/^go\([0-9]*\.[0-9]*\).*/\1/p')
	if [ -z "$have" ] || ! newer_or_same "$have" "$want"; then
		echo "too old: $(GOTOOLCHAIN=local go version 2>/dev/null | cut -d' ' -f3), Go $want or newer is needed"
		go_hint
		missing=1
	fi
fi >&2

cxx=${CXX:-$(go env CXX 2>/dev/null)}
cxx=${cxx:-g++}
probe=$(mktemp -d) || exit 1
trap 'rm -rf "$probe"' EXIT
echo 'int main() { return 0; }' >"$probe/probe.cc"
if ! $cxx -o "$probe/probe" "$probe/probe.cc" >"$probe/errors" 2>&1; then
	echo "missing: a C++ compiler ($cxx does not run), which links DuckDB into bin/report"
	install_hint c++ g++ gcc-c++ "xcode-select --install"
	sed 's/^/  it said: /' "$probe/errors" | head -3
	missing=1
fi >&2

exit $missing
