// Package notice is how AWS Lambda brings log files: as notices that an object was created
// in S3, in whatever they are wrapped.
//
//	S3 notification            {"Records": [{"eventSource": "aws:s3", …}]}
//	through SNS                the same as the text of a message
//	through SQS                either of them as the body of a message, up to ten at a time
//	EventBridge                {"source": "aws.s3", "detail-type": "Object Created", …},
//	                           also through SQS
//	S3's test of a new target  {"Event": "s3:TestEvent", …}
//
// [Parse] reads them, [Taker] takes the objects that they name into a lake on S3, and
// [Handler] answers Lambda: of a batch from SQS exactly the messages that failed come
// again, and those for which the time was too short; of anything else an error lets Lambda
// try all of it again. What is none of the above fails, so that it ends in the dead-letter
// queue and not nowhere. A notice may come twice: see [roletrail/pipeline.Delivery].
package notice
