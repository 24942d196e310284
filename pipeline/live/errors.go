package live

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"roletrail/pipeline/awserr"
)

// The next step of each failure.
const (
	howToRenew = "the credentials are wrong or over: renew them; `aws sts get-caller-identity` shows whether they work"
	howToAllow = `the caller needs this policy: {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetAccountAuthorizationDetails","Resource":"*"}]}`
	howToWait  = "others in the account use up IAM's quota: run it again later, or set AWS_MAX_ATTEMPTS to try longer"
	howToReach = "run it again; if it stays, see to the network, the proxy (HTTPS_PROXY) and the endpoint (AWS_ENDPOINT_URL), or give a FILE made elsewhere by `aws iam get-account-authorization-details`"
)

// maxMessage is how many characters of an answer's message are told.
const maxMessage = 1000

// explain says what a call that failed asked for. Of an error that IAM answered only
// the answer is told: around it stand request ids and status codes.
func explain(err error) error {
	const asking = "asking IAM for its account authorization details"
	var answered smithy.APIError
	if errors.As(err, &answered) {
		return awserr.With(fmt.Errorf("%s: %.*s: %.*s", asking, maxMessage, answered.ErrorCode(), maxMessage, answered.ErrorMessage()), nextStep(answered.ErrorCode()))
	}
	return awserr.With(fmt.Errorf("%s: %w", asking, err), howToReach)
}

func nextStep(code string) string {
	if _, throttled := retry.DefaultThrottleErrorCodes[code]; throttled {
		return howToWait
	}
	switch code {
	case "AccessDenied", "AccessDeniedException":
		return howToAllow
	case "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken":
		return howToRenew
	}
	return howToReach
}
