package cloudtrail

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// parsed is an identity as a test writes it: its texts by column, and the rest.
func parsed(id *Identity) map[string]string {
	got := map[string]string{}
	for i, column := range identityColumns {
		if id.Text[i] != nil {
			got[column] = string(id.Text[i])
		}
	}
	if id.HasCreatedAt {
		got["session_created_at"] = fmt.Sprint(id.CreatedAt / 1e6)
	}
	if id.MFA != Unknown {
		got["mfa_authenticated"] = fmt.Sprint(id.MFA == True)
	}
	if id.Rest != nil {
		got["user_identity"] = string(id.Rest)
	}
	return got
}

func TestIdentity(t *testing.T) {
	type columns = map[string]string
	tests := []struct {
		name, raw string
		want      columns
	}{
		{"every column", `{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","arn":"a","accountId":"1","accessKeyId":"k","userName":"u","invokedBy":"i","identityProvider":"p",` +
			`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","arn":"ia","accountId":"2","userName":"r"},"attributes":{"creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":"false"},"sourceIdentity":"si"},"onBehalfOf":{"userId":"ob"}}`,
			columns{"identity_type": "AssumedRole", "identity_principal_id": "AROAEXAMPLE:s", "identity_arn": "a", "identity_account_id": "1", "identity_access_key_id": "k",
				"identity_user_name": "u", "invoked_by": "i", "identity_provider": "p", "issuer_type": "Role", "issuer_principal_id": "AROAEXAMPLE", "issuer_arn": "ia",
				"issuer_account_id": "2", "issuer_user_name": "r", "mfa_authenticated": "false", "source_identity": "si", "on_behalf_of_user_id": "ob",
				"user_identity": `{"sessionContext":{"attributes":{"creationDate":"1970-01-01T00:00:00Z"}}}`}}, // not a time of CloudTrail
		{"times", `{"sessionContext":{"attributes":{"creationDate":"2026-07-10T11:42:05Z","mfaAuthenticated":"true"}}}`,
			columns{"session_created_at": "1783683725", "mfa_authenticated": "true"}},
		{"times of another form", `{"sessionContext":{"attributes":{"creationDate":"2026-07-10T11:42:05.000Z"}}}`,
			columns{"session_created_at": "1783683725", "user_identity": `{"sessionContext":{"attributes":{"creationDate":"2026-07-10T11:42:05.000Z"}}}`}},
		{"newer members", `{"type":"AssumedRole","inScopeOf":{"sourceArn":"x"},"credentialId":"c","sessionContext":{"ec2RoleDelivery":"2.0","assumedRoot":"true"}}`,
			columns{"identity_type": "AssumedRole", "user_identity": `{"inScopeOf":{"sourceArn":"x"},"credentialId":"c","sessionContext":{"ec2RoleDelivery":"2.0","assumedRoot":"true"}}`}},
		{"empty", `{}`, columns{"user_identity": `{}`}},
		{"empty objects", `{"type":"IAMUser","sessionContext":{"sessionIssuer":{},"webIdFederationData":{},"attributes":{}},"onBehalfOf":{}}`,
			columns{"identity_type": "IAMUser", "user_identity": `{"sessionContext":{"sessionIssuer":{},"webIdFederationData":{},"attributes":{}},"onBehalfOf":{}}`}},
		{"nulls", `{"type":null,"sessionContext":null,"onBehalfOf":{"userId":null}}`,
			columns{"user_identity": `{"type":null,"sessionContext":null,"onBehalfOf":{"userId":null}}`}},
		{"odd types", `{"accountId":111111111111,"userName":["x"],"arn":{},"sessionContext":"x","onBehalfOf":[],"invokedBy":true}`,
			columns{"user_identity": `{"accountId":111111111111,"userName":["x"],"arn":{},"sessionContext":"x","onBehalfOf":[],"invokedBy":true}`}},
		{"booleans", `{"sessionContext":{"attributes":{"mfaAuthenticated":true}}}`,
			columns{"mfa_authenticated": "true", "user_identity": `{"sessionContext":{"attributes":{"mfaAuthenticated":true}}}`}},
		{"booleans false", `{"sessionContext":{"attributes":{"mfaAuthenticated":false,"creationDate":7}}}`,
			columns{"mfa_authenticated": "false", "user_identity": `{"sessionContext":{"attributes":{"mfaAuthenticated":false,"creationDate":7}}}`}},
		{"booleans in another case", `{"sessionContext":{"attributes":{"mfaAuthenticated":"False"}}}`,
			columns{"mfa_authenticated": "false", "user_identity": `{"sessionContext":{"attributes":{"mfaAuthenticated":"False"}}}`}},
		{"no booleans", `{"sessionContext":{"attributes":{"mfaAuthenticated":"..."}}}`,
			columns{"user_identity": `{"sessionContext":{"attributes":{"mfaAuthenticated":"..."}}}`}},
		{"empty texts", `{"type":"","arn":""}`, columns{"identity_type": "", "identity_arn": ""}},
		{"escapes", `{"userName":"a\"\u00e9","t\u0079pe":"Root"}`, columns{"identity_user_name": `a"é`, "identity_type": "Root"}},
		{"lone surrogate", `{"userName":"\ud800"}`, columns{"identity_user_name": "\ufffd", "user_identity": `{"userName":"\ud800"}`}},
		{"key twice", `{"type":"Root","x":1,"type":"IAMUser","x":2}`, columns{"identity_type": "IAMUser", "user_identity": `{"x":2}`}},
		{"key twice, the second of an odd type", `{"type":"Root","type":7}`, columns{"user_identity": `{"type":7}`}},
		{"key twice, one escaped", `{"type":7,"t\u0079pe":"Root"}`, columns{"identity_type": "Root"}},
		{"inner key twice", `{"sessionContext":{"attributes":{"mfaAuthenticated":"true"},"attributes":{}}}`, columns{"user_identity": `{"sessionContext":{"attributes":{}}}`}},
		{"key twice among many", identitySeeds[len(identitySeeds)-1], columns{"identity_arn": "x",
			"user_identity": strings.Replace(strings.Replace(identitySeeds[len(identitySeeds)-1], `,"arn":5`, ``, 1), `,"arn":"x"`, ``, 1)}},
		{"white space", " {\n\"type\" : \"Root\" , \"x\" : [ 1 ] } ", columns{"identity_type": "Root", "user_identity": `{"x":[ 1 ]}`}},
	}
	p := new(IdentityParser)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var id Identity
			p.Parse([]byte(test.raw), &id)
			if got := parsed(&id); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %v\nwant %v", got, test.want)
			}
			row := Row{}
			identityRow(row, &id)
			record, err := Rebuild(row)
			if err != nil {
				t.Fatal(err)
			}
			if want := oracle(t, []byte(test.raw)); !reflect.DeepEqual(record["userIdentity"], want) {
				t.Errorf("rebuilt %v, want %v", record["userIdentity"], want)
			}
		})
	}
}

// TestIdentityParserForgets holds that a parser that has read much reads the next
// identity as a new one does, so that its results may be remembered by the raw text.
func TestIdentityParserForgets(t *testing.T) {
	used := new(IdentityParser)
	for _, first := range identitySeeds {
		for _, second := range identitySeeds {
			var id, fresh Identity
			used.Parse([]byte(first), &id)
			used.Parse([]byte(second), &id)
			new(IdentityParser).Parse([]byte(second), &fresh)
			if !reflect.DeepEqual(parsed(&id), parsed(&fresh)) {
				t.Fatalf("%s after %s: %v, want %v", second, first, parsed(&id), parsed(&fresh))
			}
		}
	}
}

func TestActingRole(t *testing.T) {
	const arn = "arn:aws:iam::111111111111:role/path/r"
	issuer := func(kind, arn, id string) string {
		return fmt.Sprintf(`"sessionContext":{"sessionIssuer":{"type":%q,"arn":%q,"principalId":%q}}`, kind, arn, id)
	}
	tests := []struct{ name, raw, arn, id, session string }{
		{"session", `{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","arn":"arn:aws:sts::111111111111:assumed-role/r/s",` + issuer("Role", arn, "AROAEXAMPLE") + `}`, arn, "AROAEXAMPLE", "s"},
		{"service-linked role", `{"type":"AssumedRole","principalId":"AROASLR:s",` + issuer("Role", "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", "AROASLR") + `}`, "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", "AROASLR", "s"},
		{"made again under its name", `{"type":"AssumedRole","principalId":"AROASECOND:s",` + issuer("Role", arn, "AROASECOND") + `}`, arn, "AROASECOND", "s"},
		{"another partition", `{"type":"AssumedRole","principalId":"AROAEXAMPLE:s",` + issuer("Role", "arn:aws-us-gov:iam::111111111111:role/r", "AROAEXAMPLE") + `}`, "arn:aws-us-gov:iam::111111111111:role/r", "AROAEXAMPLE", "s"},
		{"no session name", `{"type":"AssumedRole","principalId":"AROAEXAMPLE",` + issuer("Role", arn, "AROAEXAMPLE") + `}`, arn, "AROAEXAMPLE", ""},
		{"no issuer", `{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","arn":"arn:aws:sts::111111111111:assumed-role/r/s"}`, "", "AROAEXAMPLE", "s"},
		{"issuer without id", `{"type":"AssumedRole","principalId":"AROAEXAMPLE:s",` + issuer("Role", arn, "") + `}`, arn, "AROAEXAMPLE", "s"},
		{"issuer without type", `{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","sessionContext":{"sessionIssuer":{"arn":"` + arn + `","principalId":"AROAEXAMPLE"}}}`, arn, "AROAEXAMPLE", "s"},
		{"empty issuer", `{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","sessionContext":{"sessionIssuer":{}}}`, "", "AROAEXAMPLE", "s"},
		{"no issuer, no role's id", `{"type":"AssumedRole","principalId":"AIDAEXAMPLE:s"}`, "", "", ""},
		{"nothing", `{"type":"AssumedRole"}`, "", "", ""},
		{"issuer that names no role", `{"type":"AssumedRole","principalId":"x:s","sessionContext":{"sessionIssuer":{"type":"Role","userName":"r"}}}`, "", "", ""},
		{"type Role", `{"type":"Role","principalId":"AROAEXAMPLE:s",` + issuer("Role", arn, "AROAEXAMPLE") + `}`, arn, "AROAEXAMPLE", "s"},
		{"type Role, itself", `{"type":"Role","principalId":"AROAEXAMPLE","arn":"` + arn + `"}`, arn, "AROAEXAMPLE", ""},
		{"issued by root", `{"type":"AssumedRole","principalId":"AROAEXAMPLE:s",` + issuer("Root", "arn:aws:iam::111111111111:root", "111111111111") + `}`, "", "", ""},
		{"federated user", `{"type":"FederatedUser","principalId":"111111111111:x",` + issuer("IAMUser", "arn:aws:iam::111111111111:user/x", "AIDAEXAMPLE") + `}`, "", "", ""},
		{"federated user of a role-like issuer", `{"type":"FederatedUser","principalId":"AROAEXAMPLE:x",` + issuer("Role", arn, "AROAEXAMPLE") + `}`, "", "", ""},
		{"session token of a user", `{"type":"IAMUser","principalId":"AIDAEXAMPLE","accessKeyId":"ASIAEXAMPLE","sessionContext":{"attributes":{"mfaAuthenticated":"true"}}}`, "", "", ""},
		{"root", `{"type":"Root","principalId":"111111111111"}`, "", "", ""},
		{"service", `{"type":"AWSService","invokedBy":"lambda.amazonaws.com"}`, "", "", ""},
		{"other account", `{"type":"AWSAccount","accountId":"222222222222","principalId":"AROAEXAMPLE:s"}`, "", "", ""},
		{"empty", `{}`, "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var id Identity
			new(IdentityParser).Parse([]byte(test.raw), &id)
			role := id.ActingRole()
			if string(role.ARN) != test.arn || string(role.ID) != test.id || string(role.SessionName) != test.session {
				t.Errorf("%q, %q, %q; want %q, %q, %q", role.ARN, role.ID, role.SessionName, test.arn, test.id, test.session)
			}
			for _, text := range [][]byte{role.ARN, role.ID, role.SessionName} {
				if text != nil && len(text) == 0 {
					t.Error("an empty text instead of none")
				}
			}
		})
	}
}

func TestIsAPICall(t *testing.T) {
	for kind, want := range map[string]bool{"": true, "AwsApiCall": true, "AwsServiceEvent": false, "AwsConsoleAction": false, "AwsConsoleSignIn": false, "AwsVpceEvent": false, "AwsCloudTrailInsight": false} {
		if got := IsAPICall([]byte(kind)); got != want {
			t.Errorf("%q: %v", kind, got)
		}
	}
}

func TestIsRoleARN(t *testing.T) {
	tests := map[string]bool{
		"arn:aws:iam::111111111111:role/r": true, "arn:aws-cn:iam::111111111111:role/p/r": true, "arn:aws:iam::000000000001:role/r": true,
		"arn:aws:sts::111111111111:assumed-role/r/s": false, "arn:aws:iam::111111111111:user/role/r": false, "arn:aws:iam::111111111111:root": false,
		"arn:aws:iam::111111111111:role": false, "arn:aws:iam:role/r": false, "arn:": false, "role/r": false, "": false, "*": false,
	}
	for arn, want := range tests {
		if got := isRoleARN([]byte(arn)); got != want {
			t.Errorf("%q: %v", arn, got)
		}
	}
}
