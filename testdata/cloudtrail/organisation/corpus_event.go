package organisation

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// corpusSession is a session of a corpus.
type corpusSession struct {
	role    *corpusRole
	region  string
	name    []byte
	key     []byte
	created []byte
	agent   string
	ip      []byte
}

var corpusAgents = []string{boto, terraform, cli, browser, "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.24.4 md/GOOS#linux md/GOARCH#arm64", "aws-sdk-java/2.29.1 Linux/5.10.228-219.884.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/21.0.5+11-LTS"}

// session appends one session of at most max events and returns how many.
func (w *corpusWriter) session(account int, region string, t time.Time, most int) int {
	r := w.random
	roles := w.roles[account]
	u := r.Float64() // a few roles do most of the work
	s := corpusSession{role: &roles[int(u*u*u*float64(len(roles)))], region: region, agent: corpusAgents[r.IntN(len(corpusAgents))]}
	s.name = appendLetters([]byte("session-"), r, "0123456789", 10)
	s.key = append(appendLetters([]byte("ASIA"), r, base32Digits, 9), "EXAMPLE"...)
	t = t.Add(time.Duration(r.IntN(300)) * time.Second)
	s.created = t.AppendFormat(nil, "2006-01-02T15:04:05Z")
	s.ip = appendAddress(nil, r)

	n := 0
	if r.IntN(10) > 0 {
		w.assume(&s, t)
		n++
	}
	for calls := 2 + r.IntN(13); calls > 0 && n < most; calls-- {
		t = t.Add(time.Duration(r.IntN(20)) * time.Second)
		w.call(&s, t)
		n++
	}
	return n
}

func appendAddress(out []byte, r *rand.Rand) []byte {
	out = append(out, "10."...)
	out = strconv.AppendInt(out, r.Int64N(250), 10)
	out = append(out, '.')
	out = strconv.AppendInt(out, r.Int64N(250), 10)
	out = append(out, '.')
	return strconv.AppendInt(out, r.Int64N(250), 10)
}

// text appends literal text, values the bytes between them.
func (w *corpusWriter) text(parts ...string) {
	for _, p := range parts {
		w.out = append(w.out, p...)
	}
}

// assume appends the AssumeRole record that opens a session: by a service, or by
// a principal of another account.
func (w *corpusWriter) assume(s *corpusSession, t time.Time) {
	service := w.random.IntN(10) < 6
	if service {
		w.text(`{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"`, s.role.service, `"},`)
	} else {
		w.text(`{"eventVersion":"1.08","userIdentity":{"type":"AWSAccount","principalId":"AROAEXAMPLECALLER0001:`)
		w.out = append(w.out, s.name...)
		w.text(`","accountId":"999999999999"},`)
	}
	w.text(`"eventTime":"`)
	w.out = append(w.out, s.created...)
	w.text(`","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"`, s.region, `","sourceIPAddress":"`)
	if service {
		w.text(s.role.service, `","userAgent":"`, s.role.service)
	} else {
		w.out = append(w.out, s.ip...)
		w.text(`","userAgent":"`, s.agent)
	}
	w.text(`","requestParameters":{"roleArn":"`, s.role.arn, `","roleSessionName":"`)
	w.out = append(w.out, s.name...)
	w.text(`","durationSeconds":3600},"responseElements":{"credentials":{"accessKeyId":"`)
	w.out = append(w.out, s.key...)
	w.text(`","sessionToken":"`, sessionToken)
	w.out = appendLetters(w.out, w.random, base62Digits, 80)
	w.text(`","expiration":"`)
	w.out = t.Add(time.Hour).AppendFormat(w.out, "Jan 2, 2006, 3:04:05\u202fPM")
	w.text(`"},"assumedRoleUser":{"assumedRoleId":"`, s.role.id, ":")
	w.out = append(w.out, s.name...)
	w.text(`","arn":"arn:aws:sts::`, s.role.account, `:assumed-role/`, s.role.name, "/")
	w.out = append(w.out, s.name...)
	w.text(`"}},`)
	w.ids()
	w.text(`"readOnly":true,"resources":[{"accountId":"`, s.role.account, `","type":"AWS::IAM::Role","ARN":"`, s.role.arn, `"}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"`,
		s.role.account, `","sharedEventID":"`)
	w.out = appendGUID(w.out, w.random.Uint64(), w.random.Uint64())
	w.text(`","eventCategory":"Management"},`)
}

// operation draws one of those of a role.
func (w *corpusWriter) operation(role *corpusRole) *operation {
	draw := func() *operation { return &w.operations[role.operations[w.random.IntN(len(role.operations))]] }
	op := draw()
	for tries := 0; w.RareChanges && op.access && tries < 20 && w.random.IntN(50) > 0; tries++ {
		op = draw()
	}
	return op
}

// call appends a call made with the session: 2 % denied, 3 % failed.
func (w *corpusWriter) call(s *corpusSession, t time.Time) {
	op := w.operation(s.role)
	w.text(`{"eventVersion":"`, versionOf(op.source), `","userIdentity":{"type":"AssumedRole","principalId":"`, s.role.id, ":")
	w.out = append(w.out, s.name...)
	w.text(`","arn":"arn:aws:sts::`, s.role.account, ":assumed-role/", s.role.name, "/")
	w.out = append(w.out, s.name...)
	w.text(`","accountId":"`, s.role.account, `","accessKeyId":"`)
	w.out = append(w.out, s.key...)
	w.text(`","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"`, s.role.id, `","arn":"`, s.role.arn, `","accountId":"`, s.role.account, `","userName":"`, s.role.name,
		`"},"attributes":{"creationDate":"`)
	w.out = append(w.out, s.created...)
	w.text(`","mfaAuthenticated":"false"}}},"eventTime":"`)
	w.out = t.AppendFormat(w.out, "2006-01-02T15:04:05Z")
	w.text(`","eventSource":"`, op.source, `.amazonaws.com","eventName":"`, op.name, `","awsRegion":"`, s.region, `","sourceIPAddress":"`)
	w.out = append(w.out, s.ip...)
	w.text(`","userAgent":"`, s.agent, `",`)
	w.parameters(s, op)
	w.ids()
	w.text(`"readOnly":`, strconv.FormatBool(op.readOnly), `,"eventType":"AwsApiCall","managementEvent":`, strconv.FormatBool(!op.data), `,"recipientAccountId":"`, s.role.account)
	if op.data {
		w.text(`","eventCategory":"Data"`)
	} else {
		w.text(`","eventCategory":"Management"`)
	}
	w.text(`,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"`, op.source, ".", s.region, `.amazonaws.com"}},`)
}

// parameters appends error, requestParameters and responseElements.
func (w *corpusWriter) parameters(s *corpusSession, op *operation) {
	switch outcome := w.random.IntN(100); {
	case outcome < 2:
		w.text(`"errorCode":"AccessDenied","errorMessage":"User: arn:aws:sts::`, s.role.account, ":assumed-role/", s.role.name, "/")
		w.out = append(w.out, s.name...)
		w.text(" is not authorized to perform: ", op.source, ":", op.name, ` on resource: * because no identity-based policy allows the action","requestParameters":null,"responseElements":null,`)
		return
	case outcome < 5:
		w.text(`"errorCode":"ValidationException","errorMessage":"1 validation error detected: value at 'maxResults' failed to satisfy constraint",`)
	}
	w.request(s, op)
	if op.readOnly {
		w.text(`"responseElements":null,`)
		return
	}
	w.response(s)
}

// request appends requestParameters of very different lengths.
func (w *corpusWriter) request(s *corpusSession, op *operation) {
	w.text(`"requestParameters":{"maxResults":`, strconv.Itoa(w.random.IntN(1000)), `,"resourceName":"`, op.source, "-")
	w.out = appendLetters(w.out, w.random, base62Digits, 12)
	w.text(`","filterSet":{"items":[`)
	for i := range 1 + w.random.IntN(2) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.text(`{"name":"tag:component","valueSet":{"items":[{"value":"`)
		w.out = appendLetters(w.out, w.random, base62Digits, 8)
		w.text(`"}]}}`)
	}
	w.text(`]},"arn":"arn:aws:`, op.source, ":", s.region, ":", s.role.account, ":resource/")
	w.out = appendGUID(w.out, w.random.Uint64(), w.random.Uint64())
	w.text(`"},`)
}

// response appends responseElements; one in twenty is large.
func (w *corpusWriter) response(s *corpusSession) {
	items := 1
	if w.random.IntN(20) == 0 {
		items = 14
	}
	w.text(`"responseElements":{"items":[`)
	for i := range items {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.text(`{"resourceId":"`)
		w.out = appendLetters(w.out, w.random, hexDigits, 17)
		w.text(`","ownerId":"`, s.role.account, `","state":{"code":0,"name":"pending"},"zone":"`, s.region, `a"}`)
	}
	w.text(`]},`)
}

// ids appends requestID and eventID. The event id is a one-to-one image of the
// event's number, so no two events of a corpus share one.
func (w *corpusWriter) ids() {
	w.text(`"requestID":"`)
	w.out = appendGUID(w.out, w.random.Uint64(), w.random.Uint64())
	w.text(`","eventID":"`)
	w.out = appendGUID(w.out, scatter(w.event+w.Seed<<40), w.random.Uint64())
	w.text(`",`)
	w.event++
}

// scatter is a bijection of 64 bits (the finalizer of splitmix64).
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// appendGUID appends 128 bits in the form of a UUID.
func appendGUID(out []byte, high, low uint64) []byte {
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			out = append(out, '-')
		}
		word := high
		if i >= 16 {
			word = low
		}
		out = append(out, hexDigits[word>>(60-4*(i&15))&15])
	}
	return out
}
