// Package cli is what the two programs have in common on the command line, so
// that they behave as one tool: how they start and stop, how they say what is
// wrong, and the flags both have.
//
// A program is a value (Program) with its arguments, streams, environment and
// clock, modelled on exec.Cmd: main makes one from the process, a test makes
// one from buffers, and both run the same code. The rules:
//
//   - Results go to standard output, everything else to standard error.
//   - What is wrong is said once, as `report: opening lake "x": no such folder`:
//     lower case, no full stop, the next step on a line of its own.
//   - With --log-format json every line on standard error is one JSON object.
//   - Exit code 0 is done, 1 failed, 2 wrong usage, 3 done but something was
//     quarantined.
//   - Ctrl-C and SIGTERM cancel the context; a second one kills.
//   - A reader that goes away (| head) ends the program quietly.
//   - A mistyped command, flag or value is answered with the nearest one.
//
// A program is put together like this:
//
//	func main() { os.Exit(run(cli.OS())) }
//
//	func run(p *cli.Program) int {
//		root := &cobra.Command{Use: "ingest", Short: "…"}
//		common := cli.AddCommon(root, p)
//		root.AddCommand(newLogs(p, common))
//		return p.Run(context.Background(), root)
//	}
package cli
