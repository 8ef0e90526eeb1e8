package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// unbuilt are the names that are promised and not there yet, by the command they will stand under.
var unbuilt = map[string][]string{
	"weir":          {"history", "ack", "snooze", "incident", "runbook"},
	"weir get":      {"findings", "incidents"},
	"weir describe": {"finding"},
	"weir plan":     {"reassign", "member-remove", "redrive", "replay", "retention-extend", "quota", "txn-abort"},
	"weir run":      {"due"},
}

// noSuchCommand refuses what is none of a command's subcommands, with the nearest.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if slices.Contains(unbuilt[c.CommandPath()], args[0]) {
		return usage("%s %s is not built yet; %s --help lists what there is", c.CommandPath(), args[0], c.CommandPath())
	}
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return usage("%s %q is not known; %s", c.CommandPath(), args[0], nearOrAll(args[0], names))
}

// badFlag tells what is wrong with a flag, unless a word before it is no command: its flags aren't known either.
func (a *app) badFlag(c *cobra.Command, err error) error {
	if _, rest, found := c.Root().Find(a.Args); found == nil && c.HasSubCommands() {
		if word := wordBefore(c, rest); word != "" {
			return noSuchCommand(c, []string{word})
		}
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		if wants := wanted[bad.GetFlag().Value.Type()]; wants != "" {
			return usage("--%s %q: want %s", bad.GetFlag().Name, bad.GetValue(), wants)
		}
	}
	return usage("%w; %s --help lists the flags", err, c.CommandPath())
}

// wanted are the values of flags by their type.
var wanted = map[string]string{
	"int": "a whole number", "int64": "a whole number", "duration": "a duration, such as 20s or 5m", "bool": "true or false",
}

// wordBefore is the first argument that is neither a flag nor the value of one; "" when a flag that the command doesn't have
// comes first.
func wordBefore(c *cobra.Command, args []string) string {
	for i := 0; i < len(args); i++ {
		name, long := strings.CutPrefix(args[i], "--")
		if !long && (args[i] == "-" || !strings.HasPrefix(args[i], "-")) {
			return args[i]
		}
		name, _, whole := strings.Cut(name, "=")
		flag := c.Flags().Lookup(name)
		if !long {
			flag, whole = c.Flags().ShorthandLookup(args[i][1:2]), len(args[i]) > 2
		}
		switch {
		case flag == nil:
			return ""
		case !whole && flag.NoOptDefVal == "":
			i++
		}
	}
	return ""
}
