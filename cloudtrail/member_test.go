package cloudtrail

import "testing"

func TestMemberInAnyCase(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{`{"roleName":"a"}`, `"a"`},
		{`{"RoleName":"a","x":{"roleName":"b"}}`, `"a"`},
		{`{"RoleName":"a","roleName":"b","ROLENAME":"c"}`, `"b"`},
		{`{"RoleName":"a","ROLENAME":"c"}`, `"c"`},
		{`{"roleName":"a","roleName":"b"}`, `"b"`},
		{`{"role\u004eame":["a"]}`, `["a"]`},
		{`{"roleName":null}`, ``},
		{`{"roleName":null,"RoleName":"a"}`, ``},
		{`{}`, ``}, {`[]`, ``}, {`"roleName"`, ``}, {``, ``},
	} {
		if got := Member([]byte(c.raw), "roleName"); string(got) != c.want {
			t.Errorf("%s: %s, want %s", c.raw, got, c.want)
		}
	}
}
