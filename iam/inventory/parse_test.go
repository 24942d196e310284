package inventory

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// TestContainers: the same roles come out of every form a file may have.
func TestContainers(t *testing.T) {
	a, b := roleJSON("a"), roleJSON("b")
	one, two := pageJSON(true, a), pageJSON(false, b)
	want := parseText(t, pageJSON(false, a, b))
	for form, text := range map[string]string{
		"concatenated":    one + two,
		"NDJSON":          one + "\n" + two + "\n",
		"list of pages":   "[" + one + ",\n" + two + "]",
		"lists and pages": "[" + one + "] " + two + " [" + two + "]",
		"byte order mark": "\ufeff" + pageJSON(false, a, b),
		"white space":     "\r\n\t " + one + "\n\n" + two + "\n ",
		"keys twice":      `{"RoleDetailList":[` + a + `],"RoleDetailList":[` + b + `]}`,
		"unknown keys":    `{"x":[{"y":[1]}],"RoleDetailList":[` + a + "," + b + `],"ResponseMetadata":{"RequestId":"r"}}`,
		"null lists":      `{"UserDetailList":null,"Policies":null,"RoleDetailList":[` + a + "," + b + `]}`,
	} {
		for way, r := range map[string]io.Reader{
			"plain":  strings.NewReader(text),
			"gzip":   bytes.NewReader(zipped(t, text)),
			"slowly": iotest.OneByteReader(strings.NewReader(text)),
		} {
			inv, err := Parse(r, "f", Limits{})
			if err != nil {
				t.Errorf("%s, %s: %v", form, way, err)
				continue
			}
			checkBalance(t, inv)
			if !reflect.DeepEqual(inv.Roles, want.Roles) || len(inv.Problems) > 0 || len(inv.Incomplete) > 0 {
				t.Errorf("%s, %s: %+v, want %+v", form, way, inv, want)
			}
		}
	}
}

const how = "an inventory is made by `aws iam get-account-authorization-details > roles.json`"

func TestRefusedFiles(t *testing.T) {
	page := pageJSON(false, roleJSON("a"))
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "it holds no page: " + how},
		"white space":    {" \n", "it holds no page: " + how},
		"empty list":     {"[]", "it holds no page: " + how},
		"a number":       {"7", "document 1 is no JSON object: " + how},
		"list of others": {"[" + page + ",7]", "document 2 element of the list is no JSON object: " + how},
		"empty object":   {"{}", "document 1 has none of the keys RoleDetailList, UserDetailList, GroupDetailList, Policies (it has no key): " + how},
		"list-roles":     {`{"Roles":[` + roleJSON("a") + `]}`, `document 1 has none of the keys RoleDetailList, UserDetailList, GroupDetailList, Policies (it has "Roles"): ` + how},
		"policies of an organisation": {`{"Id":"r-abcd","Policies":[{"Id":"p","Content":{}}]}`,
			`document 1 has none of the keys RoleDetailList, UserDetailList, GroupDetailList, Policies (it has "Id", "Policies"): ` + how},
		"log file":     {page + `{"Records":[]}`, `document 2 has none of the keys RoleDetailList, UserDetailList, GroupDetailList, Policies (it has "Records"): ` + how},
		"no list":      {`{"RoleDetailList":{}}`, "page 1: RoleDetailList is not a list: " + how},
		"text":         {"An error occurred", "it is not JSON near byte 0: invalid character 'A' looking for beginning of value; " + how},
		"cut off":      {page[:300], "the JSON ends early, after 300 bytes: the file was cut off, make it again; " + how + ": unexpected EOF"},
		"no end":       {page[:len(page)-1], "the JSON ends early, after 452 bytes: the file was cut off, make it again; " + how + ": unexpected EOF"},
		"rubbish":      {page + "\x00", "it is not JSON near byte 453: invalid character '\\x00' looking for beginning of value; " + how},
		"UTF-16":       {"\xff\xfe{\x00}\x00", "it is UTF-16, not UTF-8: in PowerShell make it with `… | Out-File -Encoding utf8 roles.json`"},
		"gzip, cut":    {string(zipped(t, page)[:60]), "cut off"},
		"gzip, more":   {string(zipped(t, page)) + "x", "inflating: there are bytes after the end of the gzip data"},
		"gzip, second": {string(zipped(t, page)) + string(zipped(t, page)), "inflating: there are bytes after the end of the gzip data"},
		"gzip, header": {"\x1f\x8b\x00", "inflating: unexpected EOF"},
		"gzip, sum":    {broken(zipped(t, page)), "inflating: gzip: invalid checksum"},
	} {
		inv, err := Parse(strings.NewReader(c.text), "odd\nname", Limits{})
		prefix := `reading inventory "odd\nname": `
		if inv != nil || err == nil || !strings.HasPrefix(err.Error(), prefix) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v, %v\nwant %s", name, inv, err, prefix+c.want)
		}
	}
}

// broken spoils the checksum at the end of gzip data.
func broken(zip []byte) string {
	zip[len(zip)-5] ^= 1
	return string(zip)
}

func TestReaderError(t *testing.T) {
	fails := errors.New("disk is gone")
	r := io.MultiReader(strings.NewReader(pageJSON(false)[:30]), iotest.ErrReader(fails))
	if _, err := Parse(r, "f", Limits{}); !errors.Is(err, fails) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

func TestLimits(t *testing.T) {
	page := pageJSON(false, roleJSON("a"), roleJSON("b"))
	size := int64(len(page))
	if _, err := Parse(strings.NewReader(page), "f", Limits{Bytes: size, Roles: 2}); err != nil {
		t.Fatalf("at the limits: %v", err)
	}
	for name, c := range map[string]struct {
		text   string
		limits Limits
		want   string
	}{
		"bytes":          {page, Limits{Bytes: size - 1}, "it has more than 797 bytes, inflated (limit Bytes)"},
		"inflated bytes": {string(zipped(t, strings.Repeat(" ", 1<<20)+page)), Limits{Bytes: 1 << 20}, "it has more than 1048576 bytes, inflated (limit Bytes)"},
		"roles":          {page, Limits{Roles: 1}, "it has more than 1 roles (limit Roles)"},
	} {
		_, err := Parse(strings.NewReader(c.text), "f", c.limits)
		var limit *LimitError
		if !errors.As(err, &limit) || err.Error() != `reading inventory "f": `+c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}
