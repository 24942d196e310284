package alert

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"roletrail/iam/amount"
)

// slackMessage is a message in Slack's Block Kit. Untrusted text stands in plain_text, which
// Slack shows as it is: no mention, link or markup in it has any effect.
type slackMessage struct {
	Text   string       `json:"text"` // of the notification
	Blocks []slackBlock `json:"blocks"`
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Fields   []slackText `json:"fields,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

type slackText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// How long texts may be, in characters. Slack takes 150 in a header and 2,000 in a field, but
// refuses a message of more than some 11,000 altogether.
const (
	maxHeader = 150
	maxField  = 600
)

func plain(text string, most int) *slackText {
	if text == "" {
		text = "–" // Slack refuses empty texts
	}
	return &slackText{Type: "plain_text", Text: clean(text, most)}
}

// slackOf is the message about one change. before says what was told of its roles shortly before.
func slackOf(c Change, before string) slackMessage {
	title := c.Severity + ": " + title(c)
	fields := []slackText{
		*plain("Who: "+whoOf(c), maxField),
		*plain("Where: "+c.AccountID+" "+c.AWSRegion, maxField),
		*plain("When: "+c.EventTime.UTC().Format(time.DateTime)+" UTC", maxField),
		*plain("From: "+c.SourceIPAddress+" "+c.UserAgent, maxField),
	}
	if how := howOf(c); how != "" {
		fields = append(fields, *plain("How: "+how, maxField))
	}
	if c.PolicyARN != "" {
		fields = append(fields, *plain("Policy: "+c.PolicyARN, maxField))
	}
	if len(c.RoleARNs) > 0 {
		fields = append(fields, *plain("Roles: "+rolesOf(c), maxField))
	}
	if c.LastUsed != "" {
		fields = append(fields, *plain("Last used: "+c.LastUsed, maxField))
	}
	if before != "" {
		fields = append(fields, *plain("Before: "+before, maxField))
	}
	m := slackMessage{
		Text: escaped(clean(title, maxHeader)),
		Blocks: []slackBlock{
			{Type: "header", Text: plain(title, maxHeader)},
			{Type: "section", Text: plain(c.Summary, maxSummary)},
		},
	}
	if len(c.Difference) > 0 {
		m.Blocks = append(m.Blocks, slackBlock{Type: "section", Text: plainLines(c.Difference)})
	}
	m.Blocks = append(m.Blocks, slackBlock{Type: "section", Fields: fields}, slackBlock{Type: "context", Elements: []slackText{{Type: "mrkdwn", Text: evidence(c)}}})
	return m
}

// whoOf names the actor, and whom the session was given to.
func whoOf(c Change) string {
	if c.SourceIdentity == "" {
		return c.Actor
	}
	return c.Actor + ", source identity " + c.SourceIdentity
}

// howOf says what the call was made through, as far as is known.
func howOf(c Change) string {
	with := map[string]string{"yes": "with MFA", "no": "without MFA"}[c.MFA]
	return strings.Trim(c.Through+", "+with, ", ")
}

// plainLines is a text of several lines, each cleaned by itself.
func plainLines(lines []string) *slackText {
	cleaned := make([]string, len(lines))
	for i, line := range lines {
		cleaned[i] = clean(line, maxLine)
	}
	return &slackText{Type: "plain_text", Text: strings.Join(cleaned, "\n")}
}

// maxListed is how many changes a message about several lists.
const maxListed = 10

// titleOfMany says how many changes came together.
func titleOfMany(changes []Change) string {
	first, last := changes[0], changes[len(changes)-1]
	return fmt.Sprintf("%s: %d %s in %s by %s", worst(changes), len(changes), whatThey(changes), span(last.EventTime.Sub(first.EventTime)), makerOf(first).name())
}

// slackOfMany is the message about changes of one maker that came together.
func slackOfMany(changes []Change) slackMessage {
	title := titleOfMany(changes)
	m := slackMessage{Text: escaped(clean(title, maxHeader)), Blocks: []slackBlock{{Type: "header", Text: plain(title, maxHeader)}}}
	for i, c := range changes {
		if i == maxListed {
			m.Blocks = append(m.Blocks, slackBlock{Type: "context", Elements: []slackText{*plain(fmt.Sprintf("and %d more: report changes lists them", len(changes)-maxListed), maxField)}})
			break
		}
		m.Blocks = append(m.Blocks, slackBlock{Type: "section", Text: plain(c.Severity+": "+c.Summary, maxText)},
			slackBlock{Type: "context", Elements: []slackText{{Type: "mrkdwn", Text: evidence(c)}}})
	}
	return m
}

// whatThey says what several changes are.
func whatThey(changes []Change) string {
	findings := 0
	for _, c := range changes {
		if c.Finding != "" {
			findings++
		}
	}
	switch findings {
	case 0:
		return "role changes"
	case len(changes):
		return "findings of unusual access"
	}
	return "role changes and findings of unusual access"
}

// title says what was changed of what, or what is unusual.
func title(c Change) string {
	text := words(cmp.Or(c.Change, c.Finding))
	switch {
	case len(c.RoleARNs) == 1:
		text += ", role " + lastPart(c.RoleARNs[0])
	case len(c.RoleARNs) > 1:
		text += ", " + amount.Of(len(c.RoleARNs)+c.MoreRoles, "role")
	case c.PolicyARN != "":
		text += ", policy " + lastPart(c.PolicyARN)
	}
	if c.Outcome != "success" {
		text += " (" + c.Outcome + ")"
	}
	return text
}

// rolesOf names roles as far as a field has room, and says how many more there are.
func rolesOf(c Change) string {
	text, named := "", 0
	for _, arn := range c.RoleARNs {
		if named > 0 && utf8.RuneCountInString(text+arn) > maxField-len("Roles: , and 1,000,000 more") {
			break
		}
		if named++; named > 1 {
			text += ", "
		}
		text += arn
	}
	if more := len(c.RoleARNs) - named + c.MoreRoles; more > 0 {
		text += " and " + amount.Grouped(more) + " more"
	}
	return text
}

// lastPart is the name at the end of an ARN.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// shortActor is an actor without the beginning of its ARN.
func shortActor(actor string) string {
	if parts := strings.SplitN(actor, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		return parts[5]
	}
	return actor
}

// span is a duration in words.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Round(time.Minute)/time.Minute))
	}
	return fmt.Sprintf("%d hours", int(d.Round(time.Hour)/time.Hour))
}

var (
	guid   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	region = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	// otherPartition are the Regions of aws-cn, aws-us-gov and the isolated partitions.
	otherPartition = regexp.MustCompile(`^(cn|us-gov|us-iso[a-z]*|eu-isoe)-`)
)

// evidence names the event, as a link to the console where id and Region are what they
// should be: of anything else, and of partitions with consoles of their own, no link is made.
func evidence(c Change) string {
	if !guid.MatchString(c.EventID) || !region.MatchString(c.AWSRegion) || otherPartition.MatchString(c.AWSRegion) {
		return "event " + escaped(clean(c.EventID, len("00000000-0000-4000-8000-000000000000")))
	}
	return fmt.Sprintf("<https://%s.console.aws.amazon.com/cloudtrailv2/home?region=%s#/events/%s|event %s>", c.AWSRegion, c.AWSRegion, c.EventID, c.EventID)
}

// escaped takes the meaning from what Slack's mrkdwn takes for control characters.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
