// Package gunzip inflates log files that are in memory: one gzip member from one
// slice into another, about twice as fast as a reader for streams, which has to be
// ready for the end of its input after every byte and keeps a window of its own.
//
// It knows one answer beside the content: not ok. Whatever is unusual about an object
// (a member after the first, bytes behind it, a size that is not the one in its
// trailer, optional parts of the header that log files do not have, damage) is for a
// reader that can name it, and for the limits and messages that come with that
// reader. What is ok is exactly the content that such a reader gives: size and CRC-32
// are verified, and a code is valid here if compress/flate takes it.
//
// The format is that of RFC 1951 (the blocks) and RFC 1952 (the member around them).
// The way to read it fast is that of modern decompressors:
//
//   - Up to 63 bits of input wait in a register, which one load of eight bytes fills
//     (bits.go).
//   - A table that the next bits index gives a symbol, its base value and the number of
//     all its bits at once, those of the codeword and those of the number behind it
//     (code.go). It is indexed by 11 bits for literals and lengths, by 8 for distances;
//     longer codewords, which are rare, need a second look, into a table behind the first.
//   - While both ends are far, symbols are decoded without asking for them, several
//     literals per load, and matches are copied in pieces that may write beyond their
//     end (symbols.go). The last symbols are decoded one by one.
//
// Every access is bounds-checked: nothing here needs package unsafe, and no input can
// read or write outside of the two slices.
package gunzip
