package pipeline

import (
	"strings"

	"roletrail/cloudtrail"
)

// regionOfKey is the Region in the key of a log file (P15),
//
//	[PREFIX/]AWSLogs/[ORGANISATION/]ACCOUNT/FAMILY/REGION/YYYY/MM/DD/NAME
//
// and empty in names of any other form: what somebody called a folder says nothing.
func regionOfKey(name string) string {
	parts := strings.Split(name, "/")
	at := len(parts) - 7 // of ACCOUNT
	if at < 1 || !isAccount(parts[at]) || !isFamily(parts[at+1]) || !isRegion(parts[at+2]) || !isDate(parts[at+3:at+6]) {
		return ""
	}
	above := parts[:at]
	if strings.HasPrefix(above[len(above)-1], "o-") {
		above = above[:len(above)-1]
	}
	if len(above) == 0 || above[len(above)-1] != "AWSLogs" {
		return ""
	}
	return parts[at+2]
}

func isAccount(s string) bool { return len(s) == 12 && isDigits(s) }

func isFamily(s string) bool {
	for f := range cloudtrail.NumFamilies {
		if s == f.String() {
			return true
		}
	}
	return false
}

// isRegion accepts the form of Regions, such as eu-west-1 and us-gov-east-1: lower
// case words and a number at the end. New ones come every year.
func isRegion(s string) bool {
	words := strings.Split(s, "-")
	last := len(words) - 1
	if last < 2 || len(s) > 32 || words[last] == "" || !isDigits(words[last]) {
		return false
	}
	for _, word := range words[:last] {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return true
}

// isDate accepts the folders YYYY, MM and DD.
func isDate(parts []string) bool {
	year, month, day := parts[0], parts[1], parts[2]
	return len(year) == 4 && isDigits(year) && year >= "2000" && year < "2100" &&
		len(month) == 2 && isDigits(month) && month >= "01" && month <= "12" &&
		len(day) == 2 && isDigits(day) && day >= "01" && day <= "31"
}
