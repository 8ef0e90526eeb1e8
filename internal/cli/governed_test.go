package cli

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"weir/internal/config"
)

// The console opens soon on a cluster that takes connections and says nothing: nobody can tell which policy holds for it,
// so that it is read-only.
func TestTheConsoleOpensOnASilentCluster(t *testing.T) {
	s := newShell(t)
	sys := s.systems()
	synctest.Test(t, func(t *testing.T) {
		never := make(chan struct{})
		sys.Identify = func(context.Context, config.Cluster) (config.Identity, error) { // heeds no context
			<-never
			return config.Identity{}, errors.New("too late")
		}
		a := &app{Env: Env{Getenv: func(k string) string { return s.env[k] }, Stdout: &s.stdout, Stderr: &s.stderr}, sys: sys}
		a.flag.brokers = "10.0.0.1:9092"
		begun := time.Now()
		c, err := a.governedAlways(t.Context(), config.Cluster{Name: "10.0.0.1:9092", Brokers: []string{"10.0.0.1:9092"}})
		if err != nil || c.Mode != config.ReadOnly || !c.Policy.ForbidArming {
			t.Errorf("mode %v, arming forbidden %v, %v", c.Mode, c.Policy.ForbidArming, err)
		}
		if took := time.Since(begun); took != identifyTime {
			t.Errorf("after %v", took)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("interrupted"))
		if _, err := a.governedAlways(ctx, config.Cluster{Name: "x", Brokers: []string{"10.0.0.2:9092"}}); err == nil || err.Error() != "interrupted" {
			t.Errorf("interrupted meanwhile: %v", err)
		}
		close(never)
	})
}
