// Package termfit lays text out for a terminal: how wide it is there, how it is cut and
// wrapped to a width, and in which colours it stands. Text has to be harmless before
// (see package termtext).
package termfit
