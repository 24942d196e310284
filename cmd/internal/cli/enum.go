package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/config/didyoumean"
)

// enum is a flag with a closed set of values.
type enum[T ~string] struct {
	value   *T
	allowed []T
}

// EnumVar adds a flag that takes one of the allowed values; *value holds the
// default before and the choice after. The values stand in the help and are
// offered by shell completion.
func EnumVar[T ~string](cmd *cobra.Command, persistent bool, value *T, name, usage string, allowed ...T) {
	flags := cmd.Flags()
	if persistent {
		flags = cmd.PersistentFlags()
	}
	e := &enum[T]{value: value, allowed: allowed}
	if e.Type() == manyWords {
		usage += "; one of " + strings.Join(e.words(), ", ")
	}
	flags.Var(e, name, usage)
	err := cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(e.words(), cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag was added two lines above
	}
}

func (e *enum[T]) String() string { return string(*e.value) }

// manyWords stands behind a flag in the help, for values that would push what all flags
// are for out of sight.
const manyWords = "word"

// Type is what the help shows behind the flag.
func (e *enum[T]) Type() string {
	if words := strings.Join(e.words(), "|"); len(words) <= 32 {
		return words
	}
	return manyWords
}

func (e *enum[T]) Set(word string) error {
	for _, a := range e.allowed {
		if word == string(a) {
			*e.value = a
			return nil
		}
	}
	return &failure{
		err:  fmt.Errorf("must be one of %s", strings.Join(e.words(), ", ")),
		code: ExitUsage,
		hint: didyoumean.Hint(word, e.words()),
	}
}

func (e *enum[T]) words() []string {
	words := make([]string, len(e.allowed))
	for i, a := range e.allowed {
		words[i] = string(a)
	}
	return words
}

// EnumsVar adds a flag that may be repeated, each time with one of the allowed
// values.
func EnumsVar[T ~string](cmd *cobra.Command, values *[]T, name, usage string, allowed ...T) {
	var one T
	EnumVar(cmd, false, &one, name, usage, allowed...)
	flag := cmd.Flags().Lookup(name)
	flag.Value = &enums[T]{enum: enum[T]{value: &one, allowed: allowed}, values: values}
}

// enums is a flag of several values from a closed set.
type enums[T ~string] struct {
	enum[T]
	values *[]T
}

func (e *enums[T]) Set(word string) error {
	if err := e.enum.Set(word); err != nil {
		return err
	}
	*e.values = append(*e.values, *e.value)
	return nil
}
