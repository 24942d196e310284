#!/usr/bin/env bash
# Opens the page of the access review in Chromium, Debian's, and asks axe-core, from npm,
# whether everybody can use it. The browser is started and stopped by the test, and asks
# nobody for anything.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v chromium >/dev/null; then
	if ! { [ "$(id -u)" = 0 ] && command -v apt-get && apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1; then
		echo "left out: chromium is not installed, and cannot be with apt-get"
		exit 0
	fi
fi
axe=4.10.3
if [ ! -f .cache/axe-core-$axe/package/axe.min.js ]; then
	mkdir -p .cache/axe-core-$axe
	if ! (cd .cache/axe-core-$axe && npm pack --silent axe-core@$axe && tar -xzf axe-core-$axe.tgz package/axe.min.js) >/dev/null 2>&1; then
		echo "left out: axe-core $axe cannot be had from npm; the other tests run"
	fi
fi
export ROLETRAIL_AXE=$PWD/.cache/axe-core-$axe/package/axe.min.js
go test -count=1 -v -timeout 10m -tags integration -run '^Test(PageInBrowser|PageFitsEveryWidth|TokensHaveContrast|Print|Charts|SearchAndSort|HostilePageInBrowser|ThousandRolesAreQuick|Accessibility)$' ./review/access
