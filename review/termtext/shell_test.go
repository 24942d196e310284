package termtext

import "testing"

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"arn:aws:iam::1:role/a+b=c,d.e@f-g_h": "arn:aws:iam::1:role/a+b=c,d.e@f-g_h",
		"":                                    "''", "a b": "'a b'", "$(id)": "'$(id)'", "a'b": `'a'\''b'`, "é": "'é'", "a\nb": "'a\nb'", "~": "'~'", "!x": "'!x'",
	} {
		if got := ShellWord(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}
