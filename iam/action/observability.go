package action

// Observability is what CloudTrail shows of a call (design 9.13).
type Observability string

const (
	// Attested: AWS generates policies from the events of the action. Only a
	// refreshed catalogue knows that.
	Attested Observability = "attested"
	// Documented: an API call, the management events of its service are documented
	// as logged, and it is no data event.
	Documented Observability = "documented"
	// Data: a data event, shown only where a trail logs Action.DataType.
	Data Observability = "data"
	// PermissionOnly: no API call of its own, as far as is known.
	PermissionOnly Observability = "permission_only"
	// Unattested: an API call, and nobody attests that it is logged.
	Unattested Observability = "unattested"
)

// observabilities lists them by their number within a row.
var observabilities = [...]Observability{Attested, Documented, Data, PermissionOnly, Unattested}

const (
	attested uint8 = iota
	documented
	data
	permissionOnly
	unattested
)

// serviceView is what the reviewed tables say of one service.
type serviceView struct {
	documented bool
	dataPlane  []rule
	permission []rule
}

// judge says what CloudTrail shows of an action. The reviewed tables come first,
// because a wrong "would have been shown" makes a wrong "unused": AWS attests
// appsync:GraphQL, which its own list of data events names (iam-data 3.2).
//
// uncalled says that AWS lists the operations of the service and none of them asks
// for the action.
func (v serviceView) judge(name string, isAttested, uncalled bool) (observability uint8, dataType uint16) {
	for _, r := range v.dataPlane {
		if r.matches(name) {
			return data, r.dataType
		}
	}
	for _, r := range v.permission {
		if r.matches(name) {
			return permissionOnly, 0
		}
	}
	switch {
	case isAttested:
		return attested, 0
	case uncalled:
		return permissionOnly, 0
	case v.documented:
		return documented, 0
	}
	return unattested, 0
}
