// Package peak tells how much memory a program took that was run to be measured.
package peak
