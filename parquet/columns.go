package parquet

// Positions of the columns of [EventsSchema] (design 5). The order is the order
// in the file; a test holds both lists equal.
const (
	ColEventID = iota
	ColEventTime
	ColEventVersion
	ColEventCategory
	ColEventType
	ColEventSource
	ColEventName
	ColAWSRegion
	ColRecipientAccountID
	ColReadOnly
	ColManagementEvent
	ColRequestID
	ColSharedEventID
	ColSourceIPAddress
	ColUserAgent
	ColErrorCode
	ColErrorMessage
	ColVPCEndpointID

	ColIdentityType
	ColIdentityARN
	ColIdentityPrincipalID
	ColIdentityAccountID
	ColIdentityUserName
	ColIdentityAccessKeyID
	ColInvokedBy
	ColIdentityProvider
	ColIssuerType
	ColIssuerARN
	ColIssuerPrincipalID
	ColIssuerAccountID
	ColIssuerUserName
	ColSessionCreatedAt
	ColMFAAuthenticated
	ColSourceIdentity
	ColOnBehalfOfUserID

	ColUserIdentity
	ColRequestParameters
	ColResponseElements
	ColAdditionalEventData
	ColServiceEventDetails
	ColResources
	ColTLSDetails
	ColAddendum
	ColOther

	ColOutcome
	ColIAMAction
	ColIAMActionsPossible
	ColRoleARN
	ColRoleID
	ColRoleSessionName
	ColPassedRoleARN

	ColAssumedRoleARN
	ColAssumedRoleID
	ColAssumedSessionName
	ColAssumedAccessKeyID
	ColAssumedSourceIdentity
	ColAssumedSessionTags
	ColCaller
	ColCallerKind
	ColCallerProvider
	ColCallerAudience
	ColCallerNetwork
	ColExternalID

	ColChange
	ColChangeRoleARNs
	ColChangePolicyARN
	ColChangeSeverity
	ColChangeSummary

	ColSourceObject
	ColRecordIndex
	ColFamily
	ColDerivation

	NumEventColumns
)
