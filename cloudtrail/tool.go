package cloudtrail

import "bytes"

// Tool is what a call was made through: a closed set. The user agent of a call says what its maker likes; who
// called in whose place, and that a session is of the console, AWS says.
type Tool string

// Tools; of a call that tells of none it is empty.
const (
	ByConsole        Tool = "console"
	ByCLI            Tool = "CLI"
	BySDK            Tool = "SDK"
	ByTerraform      Tool = "Terraform" // OpenTofu is one, too
	ByCDK            Tool = "CDK"
	ByCloudFormation Tool = "CloudFormation"
	ByService        Tool = "service" // another one, in somebody's place or for itself
)

// agents are what user agents have in them, in lower case. The first that is there counts: Terraform, the CDK
// and the CLI name their SDKs too.
var agents = [...]struct {
	part string
	tool Tool
}{
	{"terraform", ByTerraform}, {"opentofu", ByTerraform}, {"aws-cdk", ByCDK}, {"aws-cli/", ByCLI}, {"console", ByConsole},
	{"boto", BySDK}, {"aws-sdk-", BySDK}, {"mozilla/", ByConsole},
}

const serviceHost = ".amazonaws.com"

// ToolOf is what the call of a record, with this identity, was made through. "AWS Internal" tells nothing: it is
// both the console and services.
func ToolOf(rec *Record, id *Identity) Tool {
	by, agent := id.Text[InvokedBy], bytes.ToLower(rec.Text[UserAgent])
	for _, host := range [...][]byte{by, agent} {
		name, isHost := bytes.CutSuffix(host, []byte(serviceHost))
		switch {
		case !isHost || bytes.ContainsAny(name, " /"):
		case string(name) == "cloudformation":
			return ByCloudFormation
		case string(name) == "signin" || bytes.HasPrefix(name, []byte("console")):
			return ByConsole
		default:
			return ByService
		}
	}
	if string(Member(rec.Other, "sessionCredentialFromConsole")) == `"true"` {
		return ByConsole
	}
	for _, a := range agents {
		if bytes.Contains(agent, []byte(a.part)) {
			return a.tool
		}
	}
	return ""
}
