package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"weir/internal/wire"
)

func (a *app) man() *cobra.Command {
	return &cobra.Command{
		Use: "man [COMMAND…]", Short: "Print the manual page of weir or of one of its commands",
		Long: "Print the manual page of weir or of one of its commands, for man -l - or a file in man1.",
		RunE: func(c *cobra.Command, args []string) error {
			of, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage("there is no command %q to print the manual page of; weir --help lists them", strings.Join(args, " "))
			}
			var page bytes.Buffer
			if err := doc.GenMan(of, &doc.GenManHeader{Title: "WEIR", Section: "1", Source: "weir " + a.sys.Version}, &page); err != nil {
				return fmt.Errorf("man: %w", fault{Defect, err})
			}
			return a.write(page.String())
		},
	}
}

func (a *app) help() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND…]", Short: "Help about any command",
		RunE: func(c *cobra.Command, args []string) error {
			of, rest, err := c.Root().Find(args)
			switch {
			case err != nil || len(rest) > 0 && !of.HasSubCommands():
				return usage("there is no command %q to help with; weir --help lists them", strings.Join(args, " "))
			case len(rest) > 0:
				return noSuchCommand(of, rest)
			}
			of.InitDefaultHelpFlag()
			return of.Help()
		},
	}
}

// about is which weir this is.
type about struct {
	Weir     string `json:"weir"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (a *app) about() about {
	return about{a.sys.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
}

func (v about) line() string { return fmt.Sprintf("weir %s, %s, %s\n", v.Weir, v.Go, v.Platform) }

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of weir", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			format, err := a.format(wire.Short)
			if err != nil {
				return err
			}
			if format == wire.JSON || format == wire.JSONL {
				line, err := json.Marshal(a.about())
				if err != nil {
					return fmt.Errorf("version: %w", fault{Defect, err})
				}
				a.flag.output = ""
				return a.write(string(line) + "\n")
			}
			a.flag.output = ""
			return a.write(a.about().line())
		},
	}
}
