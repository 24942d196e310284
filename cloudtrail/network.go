package cloudtrail

import "net/netip"

// What counts as the same network: the addresses that one site or one customer of
// a provider usually has (design 9.8).
const (
	networkBitsIPv4 = 24
	networkBitsIPv6 = 48
)

// Network is the network of a sourceIPAddress, as [Assumption.Network] has it; nil for the
// hosts of services and other texts.
func Network(address []byte) []byte { return appendNetwork(nil, address) }

// appendNetwork adds to dst the network of a sourceIPAddress, like 192.0.2.0/24 or
// 2001:db8:1::/48. It adds nothing for what is no address: AWS writes the hosts of
// its services there, and texts.
func appendNetwork(dst, address []byte) []byte {
	const longest = 64 // of an address with a zone
	if len(address) > longest {
		return dst
	}
	addr, err := netip.ParseAddr(string(address))
	if err != nil {
		return dst
	}
	addr = addr.Unmap().WithZone("")
	bits := networkBitsIPv6
	if addr.Is4() {
		bits = networkBitsIPv4
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return dst
	}
	return prefix.AppendTo(dst)
}
