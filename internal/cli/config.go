package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"weir/internal/config"
	"weir/internal/text"
)

func (a *app) config() *cobra.Command {
	view := &cobra.Command{
		Use: "view", Short: "Print the configuration in effect, with its defaults and without its secrets", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.write(config.View(cfg))
		},
	}
	check := &cobra.Command{
		Use: "check", Short: "Tell all that is wrong in the configuration, each with its place", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			for _, w := range cfg.Warnings {
				a.say("%s", w.Error())
			}
			for _, w := range a.unknownKinds(cfg) {
				a.say("%s", w)
			}
			if cfg.Source == "" {
				return a.write("no configuration file; the defaults hold\n")
			}
			return a.write(fmt.Sprintf("%s: good, %s\n", a.glyphs().Safe(cfg.Source), text.Plural(len(cfg.Clusters), "cluster", "clusters")))
		},
	}
	return parent(&cobra.Command{Use: "config", Short: "Show or check the configuration"}, view, check)
}

// write prints data that has one form only.
func (a *app) write(s string) error {
	if a.flag.output != "" {
		return usage("-o does not apply here: there is one form only")
	}
	if _, err := a.Stdout.Write([]byte(s)); err != nil {
		return fmt.Errorf("write the output: %w", fault{Unseen, err})
	}
	return nil
}

// clusterNames are the clusters that -c may name, for completion.
func (a *app) clusterNames() []string {
	var names []string
	if cfg, err := a.load(); err == nil {
		names = clusterNames(cfg)
	}
	for _, s := range a.sys.Scenarios() {
		names = append(names, "demo:"+s.Name)
	}
	return append(names, "demo")
}
