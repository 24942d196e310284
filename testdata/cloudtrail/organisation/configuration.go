package organisation

import "slices"

// configuration is roletrail.yaml of the organisation: what its people know and no
// trust policy says.
const configuration = `# What the people of the test organisation expect. Read it with --config.

expected_callers:
  # carol keeps the lights on, by way of the console.
  - role: console-admin
    callers:
      - "arn:aws:iam::222222222222:user/carol"
  # The vendor of monitoring always comes with its external id.
  - role: vendor-monitor
    callers:
      - "999999999999:*"

exceptions:
  # Still valid at the end of the quarter.
  - role: broad-ops
    caller: "arn:aws:iam::111111111111:user/svc-nightly"
    until: 2026-12-31
    reason: the nightly job gets a role of its own in the fourth quarter
  # Ended inside the quarter, and the key is still there.
  - role: security-audit
    caller: "arn:aws:iam::222222222222:user/svc-audit"
    until: 2026-09-01
    reason: the auditor moves to Identity Center in August
`

// configured are the findings about a caller with that configuration: trust is what
// the trust policy says, rest is about how it came.
func configured(r *role, caller string, trust, rest []string) []string {
	switch r.name {
	case "console-admin":
		if caller == "arn:aws:iam::222222222222:user/carol" {
			return []string{"expected"}
		}
	case "vendor-monitor":
		return []string{"expected"}
	case "broad-ops":
		return []string{"expected"}
	case "security-audit":
		rest = append(slices.Clone(rest), "exception_ended")
	}
	return append(slices.Clone(trust), rest...)
}
