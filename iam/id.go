package iam

// Lengths of IAM unique ids such as AROA1234567890EXAMPLE: IAM documents 16 to
// 128 characters.
const (
	minUniqueID = 16
	maxUniqueID = 128
)

// IsAccountID says whether s is an account id: twelve digits.
func IsAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// IsUniqueID says whether s has the form of an IAM unique id: four letters
// beginning with A that say what it names (AROA role, AIDA user, …), then
// capitals and digits. In a trust policy such an id stands for a principal that
// was deleted.
func IsUniqueID(s string) bool {
	if len(s) < minUniqueID || len(s) > maxUniqueID || s[0] != 'A' {
		return false
	}
	for i := range len(s) {
		digit := s[i] >= '0' && s[i] <= '9'
		capital := s[i] >= 'A' && s[i] <= 'Z'
		if !capital && (!digit || i < 4) {
			return false
		}
	}
	return true
}

// IsRoleID says whether s is the unique id of a role: AROA and what follows.
func IsRoleID(s string) bool {
	return IsUniqueID(s) && s[:4] == "AROA"
}
