package roletrail_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReviewOfLastQuarter: the script of the schedule asks for the quarter before the day,
// with the decisions of the one before that where there are some.
func TestReviewOfLastQuarter(t *testing.T) {
	script, err := filepath.Abs("deploy/schedule/review-last-quarter.sh")
	if err != nil {
		t.Fatal(err)
	}
	bin, reviews := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "report"), []byte("#!/bin/sh\nfor word; do printf '[%s]' \"$word\"; done\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(reviews, "2026Q2"), 0o700); err != nil {
		t.Fatal(err)
	}
	decisions := filepath.Join(reviews, "2026Q2", "decisions.json")
	if err := os.WriteFile(decisions, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for today, want := range map[string]string{"2026-10-03": "2026Q3", "2027-01-01": "2026Q4", "2026-04-30": "2026Q1", "2026-08-09": "2026Q2", "2026-09-30": "2026Q2"} {
		cmd := exec.Command("sh", script, "my lake", reviews, today)
		cmd.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
		if today == "2026-08-09" {
			cmd.Env = append(cmd.Env, "CACHE_SIZE=85GiB")
		}
		out, err := cmd.CombinedOutput()
		words := "[review][--lake][my lake][--quarter][" + want + "][--out][" + filepath.Join(reviews, want) + "]"
		if want == "2026Q3" {
			words += "[--decisions][" + decisions + "]"
		}
		if today == "2026-08-09" {
			words += "[--cache-size][85GiB]"
		}
		if err != nil || string(out) != words {
			t.Errorf("%s: %v\n got %s\nwant %s", today, err, out, words)
		}
	}
	if out, err := exec.Command("sh", script, "lake").CombinedOutput(); err == nil || !strings.Contains(string(out), "usage:") {
		t.Errorf("without a folder: %v %s", err, out)
	}
}

// TestSchedulesAgree: timer, cron and EventBridge start the same script on the same day.
func TestSchedulesAgree(t *testing.T) {
	for name, wants := range map[string][]string{
		"../systemd/roletrail-review.timer":   {"OnCalendar=*-01,04,07,10-03 06:00:00 UTC"},
		"../systemd/roletrail-review.service": {"review-last-quarter.sh /var/lib/roletrail/lake", "ingest iam --lake /var/lib/roletrail/lake --live"},
		"crontab":                             {"\n0 6 3 1,4,7,10 * ", "review-last-quarter.sh /var/lib/roletrail/lake", "ingest iam --lake /var/lib/roletrail/lake --live"},
		"../terraform/jobs.tf":                {`"cron(0 6 3 1,4,7,10 ? *)"`, `"review-last-quarter.sh"`},
		"../Dockerfile":                       {"deploy/schedule/review-last-quarter.sh"},
	} {
		text := string(readFile(t, filepath.Join("deploy", "schedule", name)))
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("deploy/schedule/%s lacks %q", name, want)
			}
		}
	}
}
