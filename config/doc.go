// Package config reads roletrail.yaml, the settings that both programs share.
//
// The file is optional. Without --config a roletrail.yaml in the current
// folder is read if there is one; a file named by --config must exist. What is
// set on the command line wins over the file, the file over the defaults.
//
// Every key, with its default:
//
//	lake: ./lake              # folder of the lake
//	log_format: text          # text or json, what the programs write to stderr
//
//	coverage:
//	  thin_below: 0.9         # 0..1, share of the window's days an account must have
//	                          # in the lake; below it the reports say "unknown"
//
//	known_accounts: []        # account ids in quotes, e.g. ["444444444444"]: accounts that
//	                          # are not in the lake and still not strangers
//
//	expected_callers: []      # who may become which roles, beside what trust policies say:
//	                          # entries of role and callers, patterns with * and ?
//
//	exceptions: []            # callers whose findings are accepted for a time: entries of
//	                          # role, caller, until (a date) and reason
//
//	known_automation: []      # what changes roles without a person: entries of name and
//	                          # actors, patterns with * and ?
//
//	review:
//	  role_names: ""          # a regular expression that names of roles have to fit; without
//	                          # one the review lets all names be
//
//	limits:                   # what one log file may be before it is quarantined
//	  inflated_size: 2GiB     # 1KiB..1TiB, one object after decompression
//	  inflation_ratio: 200    # 1..10000, inflated : compressed, asked above 1 MiB
//	  record_size: 16MiB      # 1KiB..256MiB, one record; CloudTrail's own limit is 1 MiB
//	  depth: 128              # 8..1000, nesting of a record's JSON
//	  records_per_object: 10000000   # 1..1000000000
//
// Sizes are bytes with an optional unit: B, KB, MB, GB, TB (powers of 1000) or
// KiB, MiB, GiB, TiB (powers of 1024).
//
// roletrail.example.yaml, beside the README, shows all of them at work.
//
// The file is read strictly: an unknown key, a key given twice or a value of
// the wrong kind is an error that names the line, and nothing is run with half
// of what was asked for.
package config
