package live_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
)

// serveCalls serves IAM's Query protocol: a form comes in, XML goes out.
func serveCalls(t *testing.T, handle http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	for _, variable := range os.Environ() {
		if key, _, _ := strings.Cut(variable, "="); strings.HasPrefix(key, "AWS_") {
			t.Setenv(key, "") // which is as good as unset
		}
	}
	empty := emptyFile(t)
	for key, value := range map[string]string{
		"AWS_ENDPOINT_URL_IAM": server.URL, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE11", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_CONFIG_FILE": empty, "AWS_SHARED_CREDENTIALS_FILE": empty, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(key, value)
	}
}

// answer writes a page; marker names the next one, "" none.
func answer(w http.ResponseWriter, roles, policies, marker string) {
	more := "<IsTruncated>false</IsTruncated>"
	if marker != "" {
		more = "<IsTruncated>true</IsTruncated><Marker>" + marker + "</Marker>"
	}
	fmt.Fprintf(w, `<GetAccountAuthorizationDetailsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetAccountAuthorizationDetailsResult>
%s<UserDetailList/><GroupDetailList/><RoleDetailList>%s</RoleDetailList><Policies>%s</Policies>
</GetAccountAuthorizationDetailsResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetAccountAuthorizationDetailsResponse>`, more, roles, policies)
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>%s</Code><Message>`, code)
	xml.EscapeText(w, []byte(message))
	fmt.Fprint(w, `</Message></Error><RequestId>r</RequestId></ErrorResponse>`)
}

// roleXML is a role of IAM's answer with all that it has.
func roleXML(i int) string {
	const trustPolicy = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	return fmt.Sprintf(`<member><Path>/team/</Path><RoleName>r%03d</RoleName><RoleId>AROAEXAMPLEEXAMPLE%03[1]d</RoleId>
<Arn>arn:aws:iam::111111111111:role/team/r%03[1]d</Arn><CreateDate>2026-01-02T03:04:05Z</CreateDate>
<AssumeRolePolicyDocument>%[2]s</AssumeRolePolicyDocument><InstanceProfileList/>
<RolePolicyList><member><PolicyName>send</PolicyName><PolicyDocument>%[3]s</PolicyDocument></member></RolePolicyList>
<AttachedManagedPolicies><member><PolicyName>read</PolicyName><PolicyArn>arn:aws:iam::aws:policy/read</PolicyArn></member></AttachedManagedPolicies>
<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>arn:aws:iam::111111111111:policy/edge</PermissionsBoundaryArn></PermissionsBoundary>
<Tags><member><Key>team</Key><Value>a+b c</Value></member></Tags>
<RoleLastUsed><LastUsedDate>2026-09-08T07:06:05Z</LastUsedDate><Region>eu-west-1</Region></RoleLastUsed></member>`,
		i, encode(trustPolicy), encode(allow("sqs:SendMessage")))
}

// bareRoleXML is a role that has nothing.
var bareRoleXML = fmt.Sprintf(`<member><Path>/</Path><RoleName>bare</RoleName><RoleId>AROAEXAMPLEEXAMPLE000</RoleId>
<Arn>arn:aws:iam::111111111111:role/bare</Arn><CreateDate>2026-01-02T03:04:05Z</CreateDate>
<AssumeRolePolicyDocument>%s</AssumeRolePolicyDocument><InstanceProfileList/><RolePolicyList/><AttachedManagedPolicies/><Tags/><RoleLastUsed/></member>`,
	encode(`{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`))

// policiesXML are a policy of AWS that roles have, and the boundary of all of them.
var policiesXML = policyXML("arn:aws:iam::aws:policy/read", allow("s3:GetObject", "ec2:RunInstances")) +
	policyXML("arn:aws:iam::111111111111:policy/edge", allow("s3:*", "sqs:SendMessage"))

func policyXML(arn, document string) string {
	return fmt.Sprintf(`<member><PolicyName>p</PolicyName><PolicyId>ANPAEXAMPLEEXAMPLE111</PolicyId><Arn>%s</Arn><Path>/</Path>
<DefaultVersionId>v2</DefaultVersionId><CreateDate>2025-01-02T03:04:05Z</CreateDate><UpdateDate>2025-02-03T04:05:06Z</UpdateDate>
<PolicyVersionList><member><Document>%s</Document><VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion>
<CreateDate>2025-02-03T04:05:06Z</CreateDate></member></PolicyVersionList></member>`, arn, encode(document))
}

func allow(actions ...string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["%s"],"Resource":"*"}]}`, strings.Join(actions, `","`))
}

// encode encodes a document as IAM does (RFC 3986).
func encode(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}
