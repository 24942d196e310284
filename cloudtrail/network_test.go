package cloudtrail

import "testing"

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.77":            "192.0.2.0/24",
		"::ffff:192.0.2.77":     "192.0.2.0/24",
		"2001:db8:1:2:3::4":     "2001:db8:1::/48",
		"2001:DB8:1:0002::":     "2001:db8:1::/48",
		"2001:db8::1":           "2001:db8::/48",
		"fe80::1%eth0":          "fe80::/48",
		"::1":                   "::/48",
		"192.0.2":               "",
		"192.0.2.256":           "",
		"192.0.2.77:443":        "",
		"lambda.amazonaws.com":  "",
		"AWS Internal":          "",
		"cloudformation.a:b::c": "",
		"":                      "",
	} {
		if got := string(appendNetwork([]byte("x"), []byte(address))); got != "x"+want {
			t.Errorf("%q: %q, want %q", address, got[1:], want)
		}
	}
}
