#!/usr/bin/env bash
# Holds deploy/terraform to Terraform, or OpenTofu: the form of its files, its resources to the
# provider's own schema, and a plan against a provider that makes nothing. Neither Terraform nor
# the provider is installed here: what is there is taken, the provider from a folder for it where
# the registry cannot be reached. Without them a line says so.
set -euo pipefail
cd "$(dirname "$0")/../.."

tool=
for name in terraform tofu; do
	if command -v "$name" >/dev/null; then
		tool=$name
		break
	fi
done
if [ -z "$tool" ]; then
	echo "left out: neither terraform nor tofu is installed"
	exit
fi
# A file for settings that is named and not there makes each call warn.
[ -f "${TF_CLI_CONFIG_FILE:-}" ] || unset TF_CLI_CONFIG_FILE
export CHECKPOINT_DISABLE=1

"$tool" fmt -check -recursive -diff deploy/terraform

work=$PWD/.cache/terraform
mkdir -p "$work"
rm -rf "$work/deploy" && cp -R deploy/terraform "$work/deploy"

# begun: the provider is there, from the registry, or from a folder that it was put into.
begun() {
	local from
	"$tool" -chdir="$work/deploy" init -backend=false -input=false -no-color >"$work/log" 2>&1 && return
	for from in /opt/tf-plugins /usr/local/share/terraform/plugins /usr/share/terraform/plugins; do
		[ -d "$from" ] || continue
		"$tool" -chdir="$work/deploy" init -backend=false -input=false -no-color -plugin-dir="$from" >"$work/log" 2>&1 && return
	done
	return 1
}
if ! begun; then
	if grep -qE 'could not connect to|failed to request discovery|no such host|timeout' "$work/log"; then
		echo "left out but for the form: the provider cannot be had"
		exit
	fi
	cat "$work/log"
	exit 1
fi
"$tool" -chdir="$work/deploy" validate -no-color
"$tool" -chdir="$work/deploy" test -no-color
