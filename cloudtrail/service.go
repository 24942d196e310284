package cloudtrail

// Three services call themselves autoscaling.amazonaws.com: EC2 Auto Scaling, and two
// that say in additionalEventData which they are. Source: their user guides, "Log API
// calls using AWS CloudTrail".
const (
	sharedLabel            = "autoscaling"
	applicationAutoScaling = "application-autoscaling"
	autoScalingPlans       = "autoscaling-plans"
)

// CalledService is the label of the service whose API was called, where that is not
// the one that the event source names, and the record says so; else it is empty.
func CalledService(rec *Record) string {
	source := rec.Text[EventSource]
	if len(source) <= len(sharedLabel) || source[len(sharedLabel)] != '.' || !equalFold(source[:len(sharedLabel)], sharedLabel) {
		return ""
	}
	data := rec.JSON[AdditionalEventData]
	if data == nil {
		return ""
	}
	service := member(data, "service")
	if !isString(service) {
		return ""
	}
	switch string(service[1 : len(service)-1]) {
	case applicationAutoScaling:
		return applicationAutoScaling
	case autoScalingPlans:
		return autoScalingPlans
	}
	return ""
}

// AppendAPISource appends the event source that names the service whose API was called:
// the record's own, with the label of [CalledService] if there is one.
func AppendAPISource(buf []byte, rec *Record) []byte {
	source := rec.Text[EventSource]
	if service := CalledService(rec); service != "" {
		buf = append(buf, service...)
		source = source[len(sharedLabel):]
	}
	return append(buf, source...)
}
