package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"roletrail/config/didyoumean"
)

// flagError says what pflag found in the words of this package.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		value   *pflag.InvalidValueError
		missing *pflag.ValueRequiredError
	)
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &value):
		return Usage(fmt.Errorf("invalid value %q for --%s: %w", value.GetValue(), value.GetFlag().Name, valueCause(value)), hintOf(value))
	case errors.As(err, &missing):
		return Usage(fmt.Errorf("flag --%s needs a value", missing.GetFlag().Name), seeHelp(cmd))
	}
	return Usage(err, seeHelp(cmd))
}

func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	if strings.ContainsAny(err.GetSpecifiedName(), " \t\r\n") { // a text that begins with dashes, as SQL's comments do
		return Usage(errors.New("an argument begins with --, as flags do"), fmt.Sprintf("put -- before it: %s -- \"--…\"", cmd.CommandPath()))
	}
	if short := err.GetSpecifiedShortnames(); short != "" {
		return Usage(fmt.Errorf("unknown flag -%s", short), seeHelp(cmd))
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	name := "--" + err.GetSpecifiedName()
	hint := didyoumean.Hint(name, names)
	if hint == "" {
		hint = seeHelp(cmd)
	}
	return Usage(fmt.Errorf("unknown flag %s", name), hint)
}

// valueCause drops the name of the Go function that package strconv puts into
// its errors.
func valueCause(err *pflag.InvalidValueError) error {
	var number *strconv.NumError
	if errors.As(err, &number) {
		return number.Err
	}
	return err.Unwrap()
}
