package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"weir/actions/audit"
)

const planName = "plan.json"

func (x *Executor) runDir(run string) string { return filepath.Join(x.Dir, "runs", run) }

// savePlan makes the plan durable before anything happens: a run that was killed can be resumed only from its plan.
func savePlan(dir string, p Plan) (err error) {
	fail := func(err error) error {
		return &Error{Kind: ErrAudit, What: "the plan can't be kept for the run", Do: "see that " + dir + " can be written", Err: err}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, planName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fail(err)
	}
	defer func() {
		if err != nil { // of a run that never began nothing is kept
			_, _ = os.Remove(f.Name()), os.Remove(dir)
		}
	}()
	if err := errors.Join(p.Write(f, ""), f.Sync(), f.Close()); err != nil {
		return fail(err)
	}
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := syncDir(d); err != nil {
			return fail(err)
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// loadPlan gives the plan of a run; digest is the one its entries name.
func (x *Executor) loadPlan(run, digest string) (Plan, error) {
	f, err := os.Open(filepath.Join(x.runDir(run), planName))
	if err != nil {
		return Plan{}, &Error{Kind: ErrUsage, What: "the plan of run " + run + " is not here", Do: "undo the run from its journal, or end it with a note", Err: err}
	}
	defer f.Close()
	p, err := ReadPlan(f)
	if err != nil {
		return Plan{}, err
	}
	if p.Digest != digest {
		return Plan{}, Fail(ErrUsage, "the plan kept for run "+run+" is not the one its journal names", "undo the run from its journal, or end it with a note")
	}
	return p, nil
}

// PlanOf gives the plan that a run carries out, as it was consented to.
func (x *Executor) PlanOf(ctx context.Context, run string) (Plan, error) {
	info, _, err := x.Show(ctx, run)
	if err != nil {
		return Plan{}, err
	}
	return x.loadPlan(run, info.PlanDigest)
}

// validRun keeps what a person typed within the directory of runs.
func validRun(run string) bool {
	return strings.HasPrefix(run, "r-") && !strings.ContainsAny(run, `/\`) && run == filepath.Base(run)
}

func noSuchRun(run string) error {
	return Fail(ErrUnseen, fmt.Sprintf("there is no run %q in this journal", run), "see weir run list")
}

func unmarshal(e audit.Entry, into any) error {
	if err := json.Unmarshal(e.Data, into); err != nil {
		return &Error{Kind: ErrAudit, What: fmt.Sprintf("entry %d of the journal can't be read", e.Seq), Err: err}
	}
	return nil
}
