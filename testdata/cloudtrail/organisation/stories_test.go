package organisation

import (
	"strings"
	"testing"
)

func issuer(e *event) string { return e.UserIdentity.SessionContext.SessionIssuer.ARN }

func param(e *event, name string) string {
	s, _ := e.RequestParameters[name].(string)
	return s
}

// stories are the records every story must leave.
var stories = map[string]func(*event) bool{
	"instance profile": func(e *event) bool {
		return strings.Contains(e.UserIdentity.PrincipalID, ":i-0") && e.UserIdentity.SessionContext.EC2RoleDelivery == "2.0"
	},
	"service-linked": func(e *event) bool {
		return e.acts() && strings.Contains(issuer(e), "/aws-service-role/") && e.UserIdentity.InvokedBy != ""
	},
	"permission set by SAML": func(e *event) bool {
		return e.EventName == "AssumeRoleWithSAML" && strings.Contains(param(e, "roleArn"), "AWSReservedSSO_PowerUser_")
	},
	"Identity Center's own event": func(e *event) bool {
		return e.UserIdentity.Type == "IdentityCenterUser" && e.UserIdentity.OnBehalfOf["userId"] != nil
	},
	"CI by web identity": func(e *event) bool {
		return e.EventName == "AssumeRoleWithWebIdentity" && strings.Contains(e.UserIdentity.IdentityProvider, githubProvider)
	},
	"Lambda's session without role id": func(e *event) bool {
		return e.UserIdentity.InvokedBy == "lambda.amazonaws.com" && e.EventName == "AssumeRole" && e.ResponseElements["assumedRoleUser"] == nil
	},
	"credentials issued to a function": func(e *event) bool { return e.UserIdentity.InScopeOf["issuerType"] == "AWS::Lambda::Function" },
	"vendor with external id": func(e *event) bool {
		return e.UserIdentity.AccountID == foreignVendor && param(e, "externalId") == "roletrail-7c1f"
	},
	"vendor without external id": func(e *event) bool {
		return e.UserIdentity.AccountID == foreignVendor && e.EventName == "AssumeRole" && param(e, "externalId") == ""
	},
	"stranger": func(e *event) bool { return e.UserIdentity.AccountID == foreignStranger },
	"role with a path": func(e *event) bool {
		return e.acts() && strings.Contains(issuer(e), "/team/data/etl-runner") && !strings.Contains(e.UserIdentity.ARN, "/team/")
	},
	"logged data event": func(e *event) bool { return e.EventCategory == "Data" && param(e, "bucketName") == lakeBucket },
	"console SwitchRole": func(e *event) bool {
		return e.EventName == "SwitchRole" && e.EventType == "AwsConsoleSignIn" && e.AdditionalEventData["SwitchFrom"] != nil
	},
	"console key per request": func(e *event) bool { return e.acts() && e.SessionCredentialFromConsole == "true" },
	"forward access session":  func(e *event) bool { return e.acts() && e.UserIdentity.InvokedBy == "cloudformation.amazonaws.com" },
	"source identity":         func(e *event) bool { return e.UserIdentity.SessionContext.SourceIdentity == "alice" },
	"denied AssumeRole": func(e *event) bool {
		return e.EventName == "AssumeRole" && e.outcome() == denied && e.RequestParameters == nil && strings.Contains(e.ErrorMessage, ":role/console-admin")
	},
	"denied change": func(e *event) bool {
		return e.EventName == "PutRolePolicy" && e.outcome() == denied && strings.Contains(e.ErrorMessage, "role console-admin")
	},
	"failed change": func(e *event) bool {
		return e.EventName == "AttachRolePolicy" && e.ErrorCode == "NoSuchEntityException"
	},
	"EKS error in the response": func(e *event) bool {
		return strings.HasPrefix(e.EventSource, "eks") && e.ErrorCode != "" && e.ErrorMessage == "" && e.ResponseElements["message"] != nil
	},
	"change of unknown content": func(e *event) bool {
		return e.EventName == "PutRolePolicy" && e.ErrorCode == "" && e.RequestParameters == nil
	},
	"anybody trusted": func(e *event) bool {
		return e.EventName == "UpdateAssumeRolePolicy" && strings.Contains(param(e, "policyDocument"), `"Principal":"*"`)
	},
	"URL-encoded trust in a response": func(e *event) bool {
		r, _ := e.ResponseElements["role"].(map[string]any)
		s, _ := r["assumeRolePolicyDocument"].(string)
		return e.EventName == "CreateRole" && strings.HasPrefix(s, "%7B")
	},
	"passed role": func(e *event) bool {
		return e.EventName == "CreateFunction20150331" && strings.HasSuffix(param(e, "role"), ":role/orders-api")
	},
	"instance profile bound": func(e *event) bool {
		return e.EventName == "RunInstances" && e.RequestParameters["iamInstanceProfile"] != nil
	},
	"permission set change": func(e *event) bool { return e.EventName == "AttachManagedPolicyToPermissionSet" },
	"SCP change": func(e *event) bool {
		return e.EventSource == "organizations.amazonaws.com" && e.EventName == "DetachPolicy"
	},
	"late event": func(e *event) bool {
		return e.Addendum["reason"] == "DELIVERY_DELAY" && e.EventTime < "2026-08-05" && strings.Contains(e.key, "/2026/08/07/")
	},
	"first second": func(e *event) bool {
		return e.EventTime == "2026-07-01T00:00:00Z" && strings.HasSuffix(issuer(e), "edge-clock")
	},
	"first second after": func(e *event) bool {
		return e.EventTime == "2026-10-01T00:00:00Z" && strings.HasSuffix(issuer(e), "edge-clock")
	},
	"delivered on the next day": func(e *event) bool {
		return strings.HasPrefix(e.EventTime, "2026-09-30") && strings.Contains(e.key, "/2026/10/01/")
	},
	"root sign-in":  func(e *event) bool { return e.UserIdentity.Type == "Root" && e.EventName == "ConsoleLogin" },
	"service event": func(e *event) bool { return e.EventType == "AwsServiceEvent" && e.EventName == "RotateKey" },
	"session token to redact": func(e *event) bool {
		c, _ := e.ResponseElements["credentials"].(map[string]any)
		s, _ := c["sessionToken"].(string)
		return strings.Contains(s, "EXAMPLESESSIONTOKEN")
	},
}

func TestStoriesAreInTheLogs(t *testing.T) {
	for name, matches := range stories {
		found := false
		for _, e := range events(t) {
			if matches(e) {
				found = true
				break
			}
		}
		if !found {
			t.Errorf("no record tells the story %q", name)
		}
	}
}
