package organisation

// denial turns a record into a refused one, in the spelling of its service.
func denial(d *dice, s *session, c *call, rec *record) {
	who := s.role.assumedARN(s.name)
	on := " on resource: " + orText(c.on, "*") + " because no identity-based policy allows the " + c.action() + " action"
	switch c.source {
	case "ec2":
		rec.errorCode = "Client.UnauthorizedOperation"
		rec.errorMessage = "You are not authorized to perform this operation. User: " + who + " is not authorized to perform: " + c.action() +
			" with an explicit deny in a service control policy. Encoded authorization failure message: " + d.letters(base62Digits, 48)
	case "lambda", "dynamodb", "glue", "ssm", "secretsmanager", "kms", "ecs", "athena", "rds":
		rec.errorCode = "AccessDeniedException"
		rec.errorMessage = "User: " + who + " is not authorized to perform: " + c.action() + on
	case "guardduty", "sso":
		rec.errorCode = "UnauthorizedException"
		rec.errorMessage = "The user is not authorized to perform this operation"
	case "s3":
		rec.errorCode, rec.errorMessage = "AccessDenied", "Access Denied"
	default:
		rec.errorCode = "AccessDenied"
		rec.errorMessage = "User: " + who + " is not authorized to perform: " + c.action() + on
	}
	if c.source != "ec2" && c.source != "s3" {
		// These services do not log what was asked for when they refuse (P12).
		rec.request = null
	}
}

// failure turns a record into one that failed for another reason: the
// permission was exercised (P11).
func failure(c *call, rec *record) {
	switch c.source {
	case "ec2":
		rec.errorCode, rec.errorMessage = "Client.InvalidInstanceID.NotFound", "The instance ID 'i-0a1b2c3d4e5f60718' does not exist"
	case "dynamodb", "glue", "athena":
		rec.errorCode, rec.errorMessage = "ThrottlingException", "Rate exceeded"
	case "lambda", "secretsmanager":
		rec.errorCode, rec.errorMessage = "ResourceNotFoundException", "The resource you requested does not exist"
	case "iam":
		rec.errorCode, rec.errorMessage = "NoSuchEntityException", "The role with name shop-preview cannot be found."
	case "eks":
		// EKS puts its message into the response (P11).
		rec.errorCode = "ResourceNotFoundException"
		rec.response = obj("clusterName", "preview", "message", "No cluster found for name: preview.")
	case "s3":
		rec.errorCode, rec.errorMessage = "NoSuchKey", "The specified key does not exist."
	default:
		rec.errorCode, rec.errorMessage = "ValidationException", "1 validation error detected"
	}
}
