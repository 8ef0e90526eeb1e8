package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"

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
				return usage("there is no command %q to print the manual page of; weir --help lists them", args)
			}
			var page bytes.Buffer
			if err := doc.GenMan(of, &doc.GenManHeader{Title: "WEIR", Section: "1", Source: "weir " + a.sys.Version}, &page); err != nil {
				return fmt.Errorf("man: %w", fault{Defect, err})
			}
			return a.write(page.String())
		},
	}
}

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of weir", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			format, err := a.format(wire.Short)
			if err != nil {
				return err
			}
			about := struct {
				Weir     string `json:"weir"`
				Go       string `json:"go"`
				Platform string `json:"platform"`
			}{a.sys.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			if format == wire.JSON || format == wire.JSONL {
				line, err := json.Marshal(about)
				if err != nil {
					return fmt.Errorf("version: %w", fault{Defect, err})
				}
				a.flag.output = ""
				return a.write(string(line) + "\n")
			}
			a.flag.output = ""
			return a.write(fmt.Sprintf("weir %s, %s, %s\n", about.Weir, about.Go, about.Platform))
		},
	}
}
