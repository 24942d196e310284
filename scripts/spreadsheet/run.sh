#!/usr/bin/env bash
# Opens the workbook of the access review with openpyxl, from PyPI, and fills in decisions with
# it. openpyxl is installed into .cache; the test runs it.
set -euo pipefail
cd "$(dirname "$0")/../.."

wanted=scripts/spreadsheet/requirements.txt
folder=$PWD/.cache/spreadsheet
stamp=$folder/.installed

if ! command -v python3 >/dev/null; then
	echo "left out: python3 is not installed"
	exit 0
fi
# What was installed in another place does not start.
if ! cmp -s "$wanted" "$stamp" || ! "$folder/bin/python" -c 'import openpyxl' 2>/dev/null; then
	rm -rf "$folder"
	mkdir -p "$folder"
	if ! { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check --retries 1 --no-deps --only-binary :all: --require-hashes -r "$wanted"; } >"$folder/install.log" 2>&1; then
		echo "left out: openpyxl cannot be installed ($(tail -1 "$folder/install.log" | cut -c1-160))"
		exit 0
	fi
	cp "$wanted" "$stamp"
fi
OPENPYXL=$folder/bin/python go test -count=1 -v -timeout 5m -tags integration -run '^TestWorkbookInOpenpyxl$' ./review/access
