package cloudtrail

import "bufio"

// byteOrderMark may stand before any document.
const byteOrderMark = "\xef\xbb\xbf"

// skipBOM reads over a byte order mark and returns its length.
func skipBOM(r *bufio.Reader) int64 {
	if bom, _ := r.Peek(len(byteOrderMark)); string(bom) != byteOrderMark {
		return 0 // also for an error, which the next read gets again
	}
	n, _ := r.Discard(len(byteOrderMark)) // was peeked, so it is there
	return int64(n)
}
