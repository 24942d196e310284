package cloudtrail

// Text names a flat text field of a record. The order is that of the lake's
// columns.
type Text uint8

const (
	EventID Text = iota
	EventVersion
	EventCategory
	EventType
	EventSource
	EventName
	AWSRegion
	RecipientAccountID
	RequestID
	SharedEventID
	SourceIPAddress
	UserAgent
	ErrorCode
	ErrorMessage
	VPCEndpointID
	NumTexts
)

// JSON names a field of a record that is kept as JSON text.
type JSON uint8

const (
	RequestParameters JSON = iota
	ResponseElements
	AdditionalEventData
	ServiceEventDetails
	Resources
	TLSDetails
	Addendum
	NumJSON
)

const (
	fieldReadOnly = uint(NumTexts) + uint(NumJSON) + iota
	fieldManagementEvent
	fieldEventTime
	fieldUserIdentity
	fieldUnknown
)

// textNames and jsonNames are the AWS names of the fields, in the order of their
// constants.
var (
	textNames = [NumTexts]string{
		"eventID", "eventVersion", "eventCategory", "eventType", "eventSource", "eventName", "awsRegion",
		"recipientAccountId", "requestID", "sharedEventID", "sourceIPAddress", "userAgent", "errorCode",
		"errorMessage", "vpcEndpointId",
	}
	jsonNames = [NumJSON]string{
		"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "resources",
		"tlsDetails", "addendum",
	}
)

// fieldOf tells which field a member of a record is.
func fieldOf(key []byte) uint {
	switch string(key) {
	case "eventID":
		return uint(EventID)
	case "eventVersion":
		return uint(EventVersion)
	case "eventCategory":
		return uint(EventCategory)
	case "eventType":
		return uint(EventType)
	case "eventSource":
		return uint(EventSource)
	case "eventName":
		return uint(EventName)
	case "awsRegion":
		return uint(AWSRegion)
	case "recipientAccountId":
		return uint(RecipientAccountID)
	case "requestID":
		return uint(RequestID)
	case "sharedEventID":
		return uint(SharedEventID)
	case "sourceIPAddress":
		return uint(SourceIPAddress)
	case "userAgent":
		return uint(UserAgent)
	case "errorCode":
		return uint(ErrorCode)
	case "errorMessage":
		return uint(ErrorMessage)
	case "vpcEndpointId":
		return uint(VPCEndpointID)
	case "requestParameters":
		return uint(NumTexts) + uint(RequestParameters)
	case "responseElements":
		return uint(NumTexts) + uint(ResponseElements)
	case "additionalEventData":
		return uint(NumTexts) + uint(AdditionalEventData)
	case "serviceEventDetails":
		return uint(NumTexts) + uint(ServiceEventDetails)
	case "resources":
		return uint(NumTexts) + uint(Resources)
	case "tlsDetails":
		return uint(NumTexts) + uint(TLSDetails)
	case "addendum":
		return uint(NumTexts) + uint(Addendum)
	case "readOnly":
		return fieldReadOnly
	case "managementEvent":
		return fieldManagementEvent
	case "eventTime":
		return fieldEventTime
	case "userIdentity":
		return fieldUserIdentity
	}
	return fieldUnknown
}
