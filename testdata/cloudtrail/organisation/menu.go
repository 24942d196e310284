package organisation

import "strconv"

// The everyday calls. Their parameters look as AWS writes them; most reads have
// a null response.

func fixed(pairs ...any) func(*dice, *session) raw {
	value := obj(pairs...)
	return func(*dice, *session) raw { return value }
}

// read is a call with fixed parameters, or none, that answers null.
func read(source, name string, weight int, pairs ...any) call {
	c := call{source: source, name: name, weight: weight}
	if len(pairs) > 0 {
		c.request = fixed(pairs...)
	}
	return c
}

// answering returns the call answered with the given response.
func (c call) answering(response func(*dice, *session) raw) call {
	c.response = response
	return c
}

func describeInstances(weight int) call {
	return call{source: "ec2", name: "DescribeInstances", weight: weight, request: func(d *dice, _ *session) raw {
		return obj("maxResults", pick(d, 50, 100, 1000), "instancesSet", raw("{}"),
			"filterSet", obj("items", list(obj("name", "tag:stage", "valueSet", obj("items", list(obj("value", pick(d, "production", "preview"))))))))
	}}
}

func getParameter(weight int, names ...string) call {
	return call{source: "ssm", name: "GetParameter", weight: weight, request: func(d *dice, _ *session) raw {
		return obj("name", names[d.IntN(len(names))], "withDecryption", true)
	}}
}

func getSecret(weight int, names ...string) call {
	return call{source: "secretsmanager", name: "GetSecretValue", weight: weight, request: func(d *dice, _ *session) raw {
		return obj("secretId", names[d.IntN(len(names))])
	}}
}

func decrypt(weight int) call {
	return call{source: "kms", name: "Decrypt", weight: weight, request: func(_ *dice, s *session) raw {
		return obj("encryptionAlgorithm", "SYMMETRIC_DEFAULT", "encryptionContext", obj("aws:secretsmanager:arn", "arn:aws:secretsmanager:eu-west-1:"+s.role.account.id+":secret:shop/database-a1b2c3"))
	}, resources: func(_ *dice, s *session) raw {
		return list(obj("accountId", s.role.account.id, "type", "AWS::KMS::Key", "ARN", "arn:aws:kms:eu-west-1:"+s.role.account.id+":key/0f0f0f0f-1111-4222-8333-444455556666"))
	}}
}

func describeTable(weight int, table string) call {
	return call{source: "dynamodb", name: "DescribeTable", weight: weight, request: fixed("tableName", table), resources: tableResource(table)}
}

// queryTable is a data event on one of the tables, all of which are logged.
func queryTable(table string) call {
	return call{source: "dynamodb", name: "Query", data: true, resources: tableResource(table),
		request: fixed("tableName", table, "keyConditionExpression", "#state = :open", "expressionAttributeNames", obj("#state", "state"), "limit", 100)}
}

func tableResource(table string) func(*dice, *session) raw {
	return func(_ *dice, s *session) raw {
		return list(obj("accountId", s.role.account.id, "type", "AWS::DynamoDB::Table", "ARN", "arn:aws:dynamodb:eu-west-1:"+s.role.account.id+":table/"+table))
	}
}

func createLogStream(weight int, group string) call {
	return call{source: "logs", name: "CreateLogStream", weight: weight, request: func(d *dice, s *session) raw {
		return obj("logGroupName", group, "logStreamName", s.created.Format("2006/01/02")+"/[$LATEST]"+d.hex(32))
	}}
}

func updateInstanceInformation(weight int) call {
	return call{source: "ssm", name: "UpdateInstanceInformation", weight: weight, request: func(_ *dice, s *session) raw {
		return obj("instanceId", s.name, "agentVersion", "3.3.2299.0", "agentStatus", "Active", "platformType", "Linux", "platformName", "Amazon Linux",
			"platformVersion", "2023", "iPAddress", s.ip, "computerName", "ip-10-20-0-1.eu-west-1.compute.internal", "agentName", "amazon-ssm-agent")
	}}
}

// lakeObject is a data event on the one bucket whose objects are logged.
func lakeObject(name string, weight int) call {
	c := call{source: "s3", name: name, weight: weight, data: true, host: lakeBucket + ".s3.eu-west-1.amazonaws.com"}
	c.request = func(d *dice, s *session) raw {
		return obj("bucketName", lakeBucket, "key", objectKey(d, s), "Host", c.host)
	}
	c.resources = func(d *dice, s *session) raw {
		return list(obj("type", "AWS::S3::Object", "ARN", "arn:aws:s3:::"+lakeBucket+"/orders"),
			obj("accountId", s.role.account.id, "type", "AWS::S3::Bucket", "ARN", "arn:aws:s3:::"+lakeBucket))
	}
	if name == "PutObject" {
		c.response = func(d *dice, _ *session) raw {
			return obj("x-amz-server-side-encryption", "aws:kms", "x-amz-version-id", d.letters(base62Digits, 32))
		}
	}
	return c
}

func objectKey(d *dice, s *session) string {
	return "orders/date=" + s.created.Format("2006-01-02") + "/part-" + strconv.Itoa(d.between(0, 15)) + ".parquet"
}

func bucketRead(name, parameter string, weight int, buckets ...string) call {
	return call{source: "s3", name: name, weight: weight, request: func(d *dice, _ *session) raw {
		bucket := buckets[d.IntN(len(buckets))]
		return obj("bucketName", bucket, "Host", bucket+".s3.eu-west-1.amazonaws.com", parameter, "")
	}, resources: func(_ *dice, s *session) raw {
		return list(obj("accountId", s.role.account.id, "type", "AWS::S3::Bucket", "ARN", "arn:aws:s3:::"+buckets[0]))
	}}
}

// startJobRun is the Glue call that starts a job.
func startJobRun(weight int) call {
	return call{source: "glue", name: "StartJobRun", weight: weight, request: fixed("jobName", "orders-daily"), response: func(d *dice, _ *session) raw {
		return obj("jobRunId", "jr_"+d.hex(32))
	}}
}

func startQuery(weight int) call {
	return call{source: "athena", name: "StartQueryExecution", weight: weight,
		request: func(d *dice, _ *session) raw {
			return obj("queryString", "***OMITTED***", "clientRequestToken", d.guid(), "workGroup", "analysts")
		},
		response: func(d *dice, _ *session) raw { return obj("queryExecutionId", d.guid()) }}
}
