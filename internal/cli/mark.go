package cli

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/acting"
	"weir/internal/store"
)

func (a *app) mark() *cobra.Command {
	return &cobra.Command{
		Use:   "mark TEXT",
		Short: "Note a moment, such as a deploy, for the change feed",
		Long: `Note a moment, such as a deploy, for the change feed.

The mark is kept in the state directory and shown among the events: of the cluster that -c names, else of all.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("weir mark what? write what happened, for example weir mark \"deploy payments 1.4\"")
			}
			return a.runMark(strings.Join(args, " "))
		},
	}
}

func (a *app) runMark(text string) error {
	s, err := a.store()
	if err != nil {
		return err
	}
	m := store.Mark{At: time.Now(), Text: text, By: acting.Person(a.Getenv)}
	clusters := a.flag.clusters
	if len(clusters) == 0 {
		clusters = []string{""}
	}
	for _, c := range clusters {
		m.Cluster = c
		if err := s.AppendMark(m); err != nil {
			if errors.Is(err, store.ErrUnfit) {
				return usage("%w", err)
			}
			return fault{Unseen, err}
		}
	}
	return nil
}

// store opens the state directory.
func (a *app) store() (*store.Store, error) {
	dir, err := store.Dir(a.Getenv)
	if err != nil {
		return nil, usage("%w", err)
	}
	s, err := store.Open(dir)
	if err != nil {
		return nil, fault{Unseen, err}
	}
	return s, nil
}
