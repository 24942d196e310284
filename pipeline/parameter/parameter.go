// Package parameter reads secrets from AWS Systems Manager's Parameter Store: who starts a program
// names one, and the secret itself stands in no environment, file or command line.
package parameter

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"roletrail/pipeline/awserr"
	"roletrail/pipeline/silence"
)

// Read reads a parameter by its name or ARN, and decrypts it.
func Read(ctx context.Context, name string) (string, error) {
	value, err := read(ctx, name)
	if err != nil {
		return "", fmt.Errorf("reading parameter %q of Systems Manager: %w", name, err)
	}
	return value, nil
}

func read(ctx context.Context, name string) (string, error) {
	settings, err := config.LoadDefaultConfig(ctx, config.WithDefaultRegion("us-east-1"), config.WithLogger(logging.Nop{}))
	if err != nil {
		return "", awserr.With(fmt.Errorf("reading the configuration of AWS: %w", err), awserr.HowToConfigure)
	}
	if _, err := settings.Credentials.Retrieve(ctx); err != nil {
		return "", awserr.NoCredentials(err)
	}
	client := ssm.NewFromConfig(settings, func(o *ssm.Options) {
		o.HTTPClient, o.Retryer = silence.Impatient(o.HTTPClient), silence.Persistent(o.Retryer)
	})
	got, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	var api smithy.APIError
	switch {
	case errors.As(err, new(*types.ParameterNotFound)):
		return "", errors.New("there is none of that name in this account and Region")
	case errors.As(err, &api) && api.ErrorCode() == "AccessDeniedException":
		return "", fmt.Errorf("give this identity ssm:GetParameter for it, and kms:Decrypt if it is encrypted with a key of your own: %w", err)
	case err != nil:
		return "", awserr.Unanswered(err)
	case got.Parameter == nil:
		return "", errors.New("the answer has no parameter")
	}
	return aws.ToString(got.Parameter.Value), nil
}
