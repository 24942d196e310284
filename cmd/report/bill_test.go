package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestBillOfAthena: what was read is told, also when the statement failed, in text and JSON.
func TestBillOfAthena(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".StartQueryExecution") {
			fmt.Fprint(w, `{"QueryExecutionId":"1"}`)
			return
		}
		fmt.Fprint(w, `{"QueryExecution":{"Status":{"State":"FAILED","StateChangeReason":"SYNTAX_ERROR: line 1:1"},"Statistics":{"DataScannedInBytes":250000000000}}}`)
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_ATHENA": server.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	for format, want := range map[string]string{
		"text": "athena: 1 statement has read 250000.0 MB, for about 1.2500 dollars\n",
		"json": `"msg":"read by Athena","statements":1,"bytes":250000000000,"dollars":1.25}`,
	} {
		got := try(t, nil, "", "coverage", "--engine", "athena", "--athena-workgroup", "reports", "--log-format", format)
		if got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, want) || !strings.Contains(got.stderr, "workgroup reports, database roletrail: SYNTAX_ERROR: line 1:1") {
			t.Errorf("%s: %+v", format, got)
		}
	}
}
