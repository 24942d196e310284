// Package termtext makes text that came out of log files fit to stand in a
// terminal. A user agent or a session name is chosen by whoever made the call;
// printed as it is, it could move the cursor, change the window's title, hide
// a line or turn its letters around.
package termtext
